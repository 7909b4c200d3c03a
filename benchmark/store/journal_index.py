"""An index of a journal: position of the record and status of every unit of a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmark.store.journal import Superseded, UnitRecord, is_of_a_unit, key_of_damaged_line, read_line
from benchmark.store.planned_units import PlannedUnits
from benchmark.store.records import UnitStatus

UnitsT = TypeVar("UnitsT", bound=PlannedUnits)
_STATUSES = tuple(UnitStatus)
_NONE = len(_STATUSES)
"""Stands for a unit without a record."""
_NOWHERE = -1
_UNFINISHED = 1
"""Something that is wanted of the unit is left to do."""
_SCORE_FAILED = 2
"""A metric that is wanted failed on it."""
_LACKS_OTHERS = 4
"""It lacks a score of a metric that is not wanted now."""


@dataclass(frozen=True)
class _Damage:
    """A damaged line.

    Attributes:
        sentence: What it is, for the user.
        place: Where it begins.
        is_of_a_unit: Whether it was the record of a unit, and no line that supersedes scores.
        position: Position of that unit in the plan, or ``None`` where it cannot be told or is none of the plan.
    """

    sentence: str
    place: int
    is_of_a_unit: bool
    position: int | None


class JournalIndex(Generic[UnitsT]):
    """The positions of the last record of every unit of a plan in a journal.

    It takes ten bytes for a unit. Records of units that the plan does not have, and damaged lines, are passed over.

    Args:
        journal: The journal; it need not exist yet.
        plan: The units.
        wanted: The metrics whose scores a finished unit has, as ``UnitRecord.lacking`` takes them; ``None`` for those
            that it was scored with, all of which must have succeeded.
        others: Other metrics of the run, without whose scores a unit is finished too, but does lack something.

    Raises:
        InputError: A case of the plan occurs twice.
    """

    def __init__(
        self, journal: Path, plan: UnitsT, wanted: Collection[str] | None = None, others: Collection[str] = ()
    ) -> None:
        self._journal = journal
        self._plan = plan
        self._wanted = wanted
        self._others = others
        self._superseded: dict[str, int] = {}
        self._places: NDArray[np.int64] = np.full(len(plan), _NOWHERE, dtype=np.int64)
        self._statuses: NDArray[np.uint8] = np.full(len(plan), _NONE, dtype=np.uint8)
        self._left: NDArray[np.uint8] = np.full(len(plan), _UNFINISHED, dtype=np.uint8)
        self._read_until = 0
        self._lines = 0
        self._damage: list[_Damage] = []
        self._cut_off: _Damage | None = None
        self.refresh()

    @property
    def plan(self) -> UnitsT:
        """The plan whose units these are."""
        return self._plan

    def refresh(self) -> None:
        """Reads what has been appended to the journal. A last line that is cut off is left for later."""
        if not self._journal.exists():
            return
        with self._journal.open("rb") as file:
            file.seek(self._read_until)
            for line in file:
                where = f"{self._journal.name} line {self._lines + 1}"
                if not line.endswith(b"\n"):
                    # Even if only its end is missing: a continued run cuts the line away and runs the unit again.
                    self._cut_off = self._damaged(line, f"{where} is cut off and was passed over")
                    return
                try:
                    read = _parse(line)
                except ValueError as error:
                    self._damage.append(self._damaged(line, f"{where} is damaged and was passed over ({error})"))
                else:
                    self._take(read)
                # Set last, so that after an interruption the line is read once more instead of being lost.
                self._read_until += len(line)
                self._lines += 1
            self._cut_off = None

    @property
    def damage(self) -> list[str]:
        """One sentence per damaged line, and one about a last line that is cut off."""
        return [damage.sentence for damage in self._all_damage()]

    @property
    def lasting_damage(self) -> list[str]:
        """Those of ``damage`` whose lines may have said something that no line after them says again.

        That is all of it where a unit has no record. Else a record is made up for by a later one of its unit, and what
        may have superseded scores by later records of all units.
        """
        is_whole = len(self) == len(self._plan)
        return [damage.sentence for damage in self._all_damage() if not (is_whole and self._is_made_up_for(damage))]

    def _all_damage(self) -> list[_Damage]:
        return [*self._damage, *([self._cut_off] if self._cut_off else [])]

    def _damaged(self, line: bytes, sentence: str) -> _Damage:
        text = line.decode(errors="replace")
        key = key_of_damaged_line(text)
        position = self._plan.position(*key) if key else None
        return _Damage(sentence, self._read_until, is_of_a_unit(text), position)

    def _is_made_up_for(self, damage: _Damage) -> bool:
        if damage.position is not None:
            return bool(self._places[damage.position] > damage.place)
        # Of which unit it was cannot be told, but none lacks a record.
        if damage.is_of_a_unit:
            return True
        is_ok = self._statuses == _STATUSES.index(UnitStatus.OK)
        return bool((self._places[is_ok] > damage.place).all())

    def _take(self, read: UnitRecord | Superseded) -> None:
        match read:
            case UnitRecord():
                position = self._plan.position(*read.key)
                if position is not None:
                    self._note(position, self._read_until, read)
            case Superseded(metrics):
                self._supersede(metrics, self._read_until)

    def forget(self, position: int) -> None:
        """Treats a unit as one without a record, because its image is gone.

        Args:
            position: Position of the unit in the plan.
        """
        self._places[position] = _NOWHERE
        self._statuses[position] = _NONE
        self._left[position] = _UNFINISHED

    def status(self, position: int) -> UnitStatus | None:
        """Returns the status of a unit, or ``None`` if it has no record."""
        code = self._statuses[position]
        return None if code == _NONE else _STATUSES[code]

    def record(self, position: int) -> UnitRecord | None:
        """The record of a unit, or ``None`` if there is none."""
        if self._places[position] == _NOWHERE:
            return None
        with self._journal.open("rb") as file:
            return self._read(file, int(self._places[position]))

    def records(self, status: UnitStatus | None = None) -> Iterator[tuple[int, UnitRecord]]:
        """The positions and the records of the units that have one, in the order of the plan.

        Args:
            status: Status of the units to return, or ``None`` for all.
        """
        chosen = self._places != _NOWHERE if status is None else self._statuses == _STATUSES.index(status)
        positions = np.flatnonzero(chosen)
        if len(positions):
            with self._journal.open("rb") as file:
                for position in positions:
                    yield int(position), self._read(file, int(self._places[position]))

    def unfinished(self) -> NDArray[np.int64]:
        """Positions of the units of which something that is wanted is left to do, in the order of the plan."""
        return np.flatnonzero(self._left & _UNFINISHED)

    def is_made(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether units have an image, by their positions in the plan."""
        return np.asarray(self._statuses[positions] == _STATUSES.index(UnitStatus.OK))

    @property
    def finished(self) -> int:
        """Number of units for which nothing that is wanted is left to do."""
        return int((self._left & _UNFINISHED == 0).sum())

    def counts(self) -> dict[UnitStatus, int]:
        """Number of units by how they ended."""
        return {status: int((self._statuses == code).sum()) for code, status in enumerate(_STATUSES)}

    def failed(self, methods: Collection[str]) -> int:
        """Number of units of some methods that failed.

        Args:
            methods: Names of the methods.
        """
        by_method = self._statuses.reshape(len(self._plan.methods), self._plan.cases_per_method)
        chosen = [method in methods for method in self._plan.methods]
        return int((by_method[chosen] == _STATUSES.index(UnitStatus.FAILED)).sum())

    def failed_scores(self) -> int:
        """Number of units that ended well, but that some metric that is wanted failed on."""
        return self._count_ok(self._left & _SCORE_FAILED != 0)

    def unscored(self) -> int:
        """Number of units that ended well, but that some metric that is wanted has not scored yet."""
        return self._count_ok(self._left & (_UNFINISHED | _SCORE_FAILED) == _UNFINISHED)

    def lacking_others(self) -> int:
        """Number of units that ended well, but lack the score of a metric of the run that is not wanted now."""
        return self._count_ok(self._left & _LACKS_OTHERS != 0)

    def _count_ok(self, chosen: NDArray[np.bool_]) -> int:
        return int((chosen & (self._statuses == _STATUSES.index(UnitStatus.OK))).sum())

    def __len__(self) -> int:
        return int((self._statuses != _NONE).sum())

    def _note(self, position: int, place: int, record: UnitRecord) -> None:
        self._places[position] = place
        self._statuses[position] = _STATUSES.index(record.status)
        self._left[position] = self._what_is_left(record)

    def _what_is_left(self, record: UnitRecord) -> int:
        match record.status:
            case UnitStatus.FAILED:
                return _UNFINISHED
            case UnitStatus.SKIPPED:
                return 0
        wanted = record.score_errors if self._wanted is None else self._wanted
        lacking = record.lacking(wanted)
        left = _UNFINISHED if lacking else 0
        left |= _SCORE_FAILED if any(name in record.score_errors for name in lacking) else 0
        return left | (_LACKS_OTHERS if record.lacking(self._others) else 0)

    def _supersede(self, metrics: Collection[str], place: int) -> None:
        self._superseded |= dict.fromkeys(metrics, place)
        is_ok = self._statuses == _STATUSES.index(UnitStatus.OK)
        for flag, names in ((_UNFINISHED, self._wanted or ()), (_LACKS_OTHERS, self._others)):
            if not set(metrics).isdisjoint(names):
                self._left[is_ok] |= flag
        # A failure of what is superseded is none any more; which metrics failed is known to the records alone.
        failed = np.flatnonzero(is_ok & (self._left & _SCORE_FAILED != 0))
        if len(failed):
            with self._journal.open("rb") as file:
                for position in failed:
                    record = self._read(file, int(self._places[position]))
                    if not self._what_is_left(record) & _SCORE_FAILED:
                        self._left[position] &= ~np.uint8(_SCORE_FAILED)

    def _read(self, file: BinaryIO, place: int) -> UnitRecord:
        file.seek(place)
        record = _parse(file.readline())
        if not isinstance(record, UnitRecord):
            raise ValueError(f"the journal has changed: there is no unit at byte {place}")
        stale = {metric for metric, until in self._superseded.items() if place < until}
        return record.without(stale) if stale else record


def _parse(line: bytes) -> UnitRecord | Superseded:
    # A damaged byte in a reason does not damage the result; reports read the journal in the same way.
    return read_line(line.decode(errors="replace"))
