"""The journal of a run: one line per finished unit, appended and flushed, never rewritten.

A line of another kind says that the scores of a metric above it no longer count.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from benchmark.errors import InputError
from benchmark.escaping import encodable_json
from benchmark.file_names import is_file_name
from benchmark.plan.unit import image_path, log_path
from benchmark.store.records import UnitStatus
from benchmark.validation import first_problem

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LineT = TypeVar("LineT")
SIMILARITIES = "similarities"
"""Stands for the judge's similarities where a metric's name is expected."""
_OF_PICTURES = ("source", "source_sha256", "note")
"""Facts about images that were made elsewhere or by programs; most others have none of them."""

_BEGINNING_OF_A_UNIT = '{"method"'
_STRING = r'"(?:[^"\\]|\\.)*"'
_KEY = re.compile(rf'\{{"method":\s?(?P<method>{_STRING}),\s?"case":\s?(?P<case>{_STRING})')


@dataclass(frozen=True)
class UnitRecord:
    """The record of a unit that ended.

    Attributes:
        method: Name of the method.
        case: Name of the case.
        status: Status of the unit.
        error: Reason of a failure or a skip.
        seconds: Duration of ``stylize``.
        cpu_seconds: Its processor time, all threads and started processes together.
        disturbed: Whether other processes took cores that it could have used; ``None`` where that is unknown, as in
            runs of versions that did not measure it.
        peak_memory_bytes: Peak memory during ``stylize``.
        seed: Seed of the unit.
        image: Stylized image, relative to the run's folder.
        image_sha256: Hash of that file.
        scores: Number of each metric's column; ``None`` where it is not a number.
        score_errors: Reason for each metric that could not score.
        log: Log of the output of the method and the metrics, relative to the run's folder, where something failed.
        similarities: Judge similarity of the stylized image to the prompt of every style of the protocol.
        source: The file that the image was read from, where it was made elsewhere.
        source_sha256: Hash of that file.
        note: What was done to it, for instance "resized from 512×512"; empty for nothing.
    """

    method: str
    case: str
    status: UnitStatus
    seed: int
    error: str = ""
    seconds: float | None = None
    cpu_seconds: float | None = None
    disturbed: bool | None = None
    peak_memory_bytes: int | None = None
    image: str = ""
    image_sha256: str = ""
    scores: Mapping[str, float | None] = field(default_factory=dict)
    score_errors: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    similarities: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    source_sha256: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not (is_file_name(self.method) and is_file_name(self.case)):
            raise ValueError("the names of method and case must be usable as file names")
        # Where there is none, which is common, no path is made.
        if self.image and self.image != image_path(self.method, self.case):
            raise ValueError("the image is not where it belongs")
        if self.log and self.log != log_path(self.method):
            raise ValueError("the log is not where it belongs")
        if not 0 <= self.seed < 2**63 or not 0 <= (self.peak_memory_bytes or 0) < 2**63:
            raise ValueError("a number is out of range")

    @property
    def key(self) -> tuple[str, str]:
        """Names of the method and of the case, which identify the unit within its run."""
        return self.method, self.case

    def lacking(self, metrics: Iterable[str]) -> list[str]:
        """Those metrics that have neither a number nor null here, or that failed.

        Args:
            metrics: Names of metrics that score case by case, or ``SIMILARITIES``, which count as lacking only where
                they failed: they are made where a metric asks the judge.
        """
        return [
            name for name in metrics if name in self.score_errors or not (name in self.scores or name == SIMILARITIES)
        ]

    def without(self, metrics: Collection[str]) -> UnitRecord:
        """The record as if some metrics had never scored it.

        Args:
            metrics: Names of metrics.
        """
        return replace(
            self,
            scores={name: value for name, value in self.scores.items() if name.partition(".")[0] not in metrics},
            score_errors={name: reason for name, reason in self.score_errors.items() if name not in metrics},
        )

    def to_line(self) -> str:
        """The record as one line of JSON."""
        scores = {
            name: value if value is not None and math.isfinite(value) else None for name, value in self.scores.items()
        }
        # All fields in their order; asdict would copy them, which would take longer than all other work on a record.
        values = {**vars(self), "scores": scores}
        for name in _OF_PICTURES:
            if not values[name]:
                del values[name]
        return encodable_json(json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")))

    @staticmethod
    def from_line(line: str) -> UnitRecord:
        """Reads a record from its line.

        Raises:
            ValueError: The line is damaged.
        """
        from pydantic import ValidationError

        try:
            return _reader().validate_json(line)
        except ValidationError as error:
            raise ValueError(first_problem(error)) from error


@dataclass(frozen=True)
class Superseded:
    """A line after which the scores of some metrics in the lines above it no longer count: they are made anew.

    Attributes:
        superseded: Names of the metrics, each with the reason.
    """

    superseded: Mapping[str, str]

    def to_line(self) -> str:
        """The statement as one line of JSON."""
        return encodable_json(json.dumps({"superseded": dict(self.superseded)}, ensure_ascii=False))

    @staticmethod
    def from_line(line: str) -> Superseded:
        """Reads a statement from its line.

        Raises:
            ValueError: The line is damaged.
        """
        from pydantic import ValidationError

        try:
            return _reader_of_superseded().validate_json(line)
        except ValidationError as error:
            raise ValueError(first_problem(error)) from error


def read_line(line: str) -> UnitRecord | Superseded:
    """Reads a line of a journal.

    Raises:
        ValueError: The line is damaged.
    """
    return (Superseded if line.startswith('{"superseded"') else UnitRecord).from_line(line)


def is_of_a_unit(line: str) -> bool:
    """Returns whether a damaged line of a journal was the record of a unit, and superseded nothing.

    Args:
        line: The line.
    """
    return line.startswith(_BEGINNING_OF_A_UNIT) or '"status"' in line


def key_of_damaged_line(line: str) -> tuple[str, str] | None:
    """Returns the names of method and case that a damaged line of a journal begins with, or ``None``.

    Args:
        line: The line.
    """
    if not (found := _KEY.match(line)):
        return None
    try:
        return json.loads(found["method"]), json.loads(found["case"])
    except ValueError:
        return None


@functools.cache
def _reader() -> TypeAdapter[UnitRecord]:
    return _strict_reader(UnitRecord)


@functools.cache
def _reader_of_superseded() -> TypeAdapter[Superseded]:
    return _strict_reader(Superseded)


def _strict_reader(kind: type[LineT]) -> TypeAdapter[LineT]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    return TypeAdapter(with_config(ConfigDict(strict=True, allow_inf_nan=False, extra="forbid"))(kind))


class JournalWriter:
    """Appends to a journal. A line that was cut off by a crash is cut away first."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab+")
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error
        self._path = path
        self._file.truncate(_end_of_last_whole_line(path))

    def append(self, record: UnitRecord | Superseded) -> None:
        """Appends a line and hands it to the operating system, so that it outlives this process.

        Raises:
            InputError: The disk is full or the file cannot be written.
        """
        try:
            self._file.write(record.to_line().encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise InputError(f"cannot write {self._path}: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # An error of flushing was already reported by append.
        with contextlib.suppress(OSError):
            self._file.close()


def read_journal(path: Path) -> tuple[dict[tuple[str, str], UnitRecord], list[str]]:
    """Reads a journal. The last record of a unit counts, and a last line that is cut off does not.

    Args:
        path: The journal; it need not exist.

    Returns:
        The records by method and case, and one sentence per damaged line, which is passed over.
    """
    records: dict[tuple[str, str], UnitRecord] = {}
    warnings: list[str] = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.endswith("\n"):
            # Even if only its end is missing: a continued run cuts the line away and runs the unit again.
            warnings.append(f"{path.name} line {number} is cut off and was passed over")
            break
        try:
            read = read_line(line)
        except ValueError as error:
            warnings.append(f"{path.name} line {number} is damaged and was passed over ({error})")
            continue
        match read:
            case UnitRecord():
                records[read.key] = read
            case Superseded(metrics):
                records = {key: record.without(metrics) for key, record in records.items()}
    return records, warnings


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            yield from file


def _end_of_last_whole_line(path: Path) -> int:
    with path.open("rb") as file:
        position = file.seek(0, 2)
        while position > 0:
            start = max(0, position - 65536)
            file.seek(start)
            newline = file.read(position - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            position = start
    return 0
