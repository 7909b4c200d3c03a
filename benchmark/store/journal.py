"""The journal of a run: one line per finished unit, appended and flushed, never rewritten."""

from __future__ import annotations

import contextlib
import functools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from benchmark.errors import InputError
from benchmark.escaping import encodable_json
from benchmark.plan.unit import image_path, is_file_name, log_path
from benchmark.store.records import UnitStatus
from benchmark.validation import first_problem

if TYPE_CHECKING:
    from pydantic import TypeAdapter


_OF_PICTURES = ("source", "source_sha256", "note")
"""Facts about images that were made elsewhere or by programs; most others have none of them."""


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
        if self.image not in ("", image_path(self.method, self.case)) or self.log not in ("", log_path(self.method)):
            raise ValueError("the image or the log is not where it belongs")
        if not 0 <= self.seed < 2**63 or not 0 <= (self.peak_memory_bytes or 0) < 2**63:
            raise ValueError("a number is out of range")

    @property
    def key(self) -> tuple[str, str]:
        """Names of the method and of the case, which identify the unit within its run."""
        return self.method, self.case

    @property
    def is_final(self) -> bool:
        """Whether nothing is left to do for this unit; failures are always tried again."""
        return self.status is not UnitStatus.FAILED and not self.score_errors

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


@functools.cache
def _reader() -> TypeAdapter[UnitRecord]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    return TypeAdapter(with_config(ConfigDict(strict=True, allow_inf_nan=False, extra="forbid"))(UnitRecord))


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

    def append(self, record: UnitRecord) -> None:
        """Appends a record and hands it to the operating system, so that it outlives this process.

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
            record = UnitRecord.from_line(line)
        except ValueError as error:
            warnings.append(f"{path.name} line {number} is damaged and was passed over ({error})")
        else:
            records[record.key] = record
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
