"""An index of a journal: position of the record and status of every unit of a plan."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from benchmark.plan.plan import Plan
from benchmark.plan.unit import Unit
from benchmark.store.journal import UnitRecord
from benchmark.store.records import UnitStatus

_STATUSES = tuple(UnitStatus)
_NONE = len(_STATUSES)
"""Stands for a unit without a record."""
_NOWHERE = -1


class JournalIndex:
    """The positions of the last record of every unit of a plan in a journal.

    It takes ten bytes for a unit. Records of units that the plan does not have, and damaged lines, are passed over.

    Args:
        journal: The journal; it need not exist yet.
        plan: The units.

    Raises:
        InputError: A case of the plan occurs twice.
    """

    def __init__(self, journal: Path, plan: Plan) -> None:
        self._journal = journal
        self._plan = plan
        self._places: NDArray[np.int64] = np.full(len(plan), _NOWHERE, dtype=np.int64)
        self._statuses: NDArray[np.uint8] = np.full(len(plan), _NONE, dtype=np.uint8)
        self._final: NDArray[np.bool_] = np.zeros(len(plan), dtype=np.bool_)
        self._read_until = 0
        self.refresh()

    @property
    def plan(self) -> Plan:
        """The plan whose units these are."""
        return self._plan

    def refresh(self) -> None:
        """Reads what has been appended to the journal. A last line that is cut off is left for later."""
        if not self._journal.exists():
            return
        with self._journal.open("rb") as file:
            file.seek(self._read_until)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                with contextlib.suppress(ValueError):
                    record = _parse(line)
                    position = self._plan.position(*record.key)
                    if position is not None:
                        self._note(position, self._read_until, record)
                # Set last, so that after an interruption the line is read once more instead of being lost.
                self._read_until += len(line)

    def forget(self, position: int) -> None:
        """Treats a unit as one without a record, because its image is gone.

        Args:
            position: Position of the unit in the plan.
        """
        self._places[position] = _NOWHERE
        self._statuses[position] = _NONE
        self._final[position] = False

    def status(self, position: int) -> UnitStatus | None:
        """Returns the status of a unit, or ``None`` if it has no record."""
        code = self._statuses[position]
        return None if code == _NONE else _STATUSES[code]

    def record(self, position: int) -> UnitRecord | None:
        """The record of a unit, or ``None`` if there is none."""
        if self._places[position] == _NOWHERE:
            return None
        with self._journal.open("rb") as file:
            return _read(file, int(self._places[position]))

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
                    yield int(position), _read(file, int(self._places[position]))

    def units(self) -> Iterator[tuple[Unit, UnitRecord]]:
        """The units that have a record, with it, in the order of the plan."""
        return ((self._plan[position], record) for position, record in self.records())

    def unfinished(self) -> NDArray[np.int64]:
        """Positions of the units that have no final record, in the order of the plan."""
        return np.flatnonzero(~self._final)

    @property
    def finished(self) -> int:
        """Number of units for which nothing is left to do."""
        return int(self._final.sum())

    def counts(self) -> dict[UnitStatus, int]:
        """Number of units by how they ended."""
        return {status: int((self._statuses == code).sum()) for code, status in enumerate(_STATUSES)}

    def failed_scores(self) -> int:
        """Number of units that ended well, but that some metric failed on."""
        has_ended_well = (self._statuses != _NONE) & (self._statuses != _STATUSES.index(UnitStatus.FAILED))
        return int((has_ended_well & ~self._final).sum())

    def __len__(self) -> int:
        return int((self._statuses != _NONE).sum())

    def _note(self, position: int, place: int, record: UnitRecord) -> None:
        self._places[position] = place
        self._statuses[position] = _STATUSES.index(record.status)
        self._final[position] = record.is_final


def _read(file: BinaryIO, place: int) -> UnitRecord:
    file.seek(place)
    return _parse(file.readline())


def _parse(line: bytes) -> UnitRecord:
    # A damaged byte in a reason does not damage the result; reports read the journal in the same way.
    return UnitRecord.from_line(line.decode(errors="replace"))
