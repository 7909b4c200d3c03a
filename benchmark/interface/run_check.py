"""The check of a run's folder: whether its files agree, and whether it is finished."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import describe_error
from benchmark.wording import format_count, is_merge, repetition

if TYPE_CHECKING:
    from benchmark.store.journal import UnitRecord


class State(StrEnum):
    """Severity of a finding."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing needs to be done."""
    PROBLEM = "problem"


Finding = tuple[State, str]
"""The severity of a finding, and the finding in one line."""


class RunCheck:
    """A run that is read to be checked, finished or not.

    Args:
        path: Folder of the run.

    Attributes:
        records: Everything that the run says of itself.

    Raises:
        InputError: It is no run, or ``run.json`` is damaged.
    """

    def __init__(self, path: Path) -> None:
        from benchmark.analysis.loading import load_records
        from benchmark.store.journal import read_journal
        from benchmark.store.run_directory import RunDirectory

        self._directory = RunDirectory(path)
        self._manifest = self._directory.read_manifest()
        self.records = load_records(path)
        found, self._damaged_lines = read_journal(self._directory.journal)
        planned = [(method.name, case.id) for method in self.records.methods for case in self.records.cases]
        self._planned = len(planned)
        self._units = {key: found[key] for key in planned if key in found}
        self._others = len(found) - len(self._units)

    def _again(self, does: str) -> str:
        return repetition(self._manifest.command, does)

    def findings(self) -> Iterator[Finding]:
        """Checks all files of the run.

        Yields:
            The findings, each a severity with a line of text.
        """
        from benchmark.store.records import RunStatus

        status = self.records.status
        protocol = self._manifest.protocol
        yield State.OK, f"protocol {protocol.name}, fingerprint {protocol.fingerprint[:16]}…"
        yield from self._journal()
        yield from self._finished()
        yield from self._inputs()
        yield from self._metrics()
        if status is RunStatus.COMPLETE:
            yield State.OK, f"status {status}"
        else:
            yield State.PROBLEM, f"status {status}; {self._again('goes on')}"
        # Both files are written when ``benchmark run`` ends.
        if status is not RunStatus.RUNNING:
            yield from self._results()
            if self.records.summary_problem:
                yield State.PROBLEM, f"{self.records.summary_problem}; {self._again('writes it again')}"

    def _journal(self) -> Iterator[Finding]:
        unfinished = self._planned - len(self._units)
        if not self._directory.journal.exists():
            yield State.PROBLEM, f"journal.jsonl is missing, without which no unit counts; {self._again('starts anew')}"
        for warning in self._damaged_lines:
            if unfinished:
                yield State.PROBLEM, warning
            elif warning in self.records.warnings:
                is_merged = is_merge(self._manifest.command)
                anew = self._again("") if is_merged else "the same command with --fresh makes the run anew"
                yield State.PROBLEM, f"{warning}, and what it said of results above it is lost; {anew}"
            else:
                # The unit of the damaged line has been run again.
                yield State.NOTE, f"{warning}; no unit lacks a record"
        if unfinished:
            left = f"{unfinished:,} of {format_count(self._planned, 'unit')}"
            yield State.PROBLEM, f"not finished: {left}; {self._again('goes on')}"
        if self._others:
            yield State.NOTE, f"the journal keeps {format_count(self._others, 'unit')} that the run does not ask for"

    def _finished(self) -> Iterator[Finding]:
        from benchmark.store.records import UnitStatus

        images = 0
        for record in self._units.values():
            if record.status is UnitStatus.FAILED:
                reason = f"{record.method} {record.case} failed: {record.error}"
                yield State.PROBLEM, f"{reason}; {self._again('tries it again')}"
            if record.status is UnitStatus.OK:
                problem = self._problem_of_image(record)
                images += not problem
                if problem:
                    yield State.PROBLEM, problem
            for metric, reason in record.score_errors.items():
                yield State.PROBLEM, f"{record.method} {record.case}: {metric} failed: {reason}"
        finished = format_count(len(self._units), "unit")
        yield State.OK, f"finished: {finished}; as written: {format_count(images, 'image')}"

    def _problem_of_image(self, record: UnitRecord) -> str:
        found = self._directory.sha256(record.image)
        if found == record.image_sha256:
            return ""
        state = "has changed" if found else "is missing"
        return f"{record.image} {state}; {self._again('makes it again')}"

    def _inputs(self) -> Iterator[Finding]:
        pictures = (*self._manifest.contents, *self._manifest.styles)
        kept = [picture.thumbnail for picture in pictures if picture.thumbnail]
        missing = [picture for picture in kept if not (self._directory.path / picture).is_file()]
        if missing:
            more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
            yield (
                State.PROBLEM,
                f"{missing[0]}{more} missing of {len(kept):,} inputs; {self._again('makes them again')}",
            )

    def _metrics(self) -> Iterator[Finding]:
        reasons: dict[str, list[str]] = {}
        for metric in self.records.metrics:
            if metric.unavailable:
                reasons.setdefault(metric.unavailable, []).append(metric.name)
        for reason, names in reasons.items():
            yield State.NOTE, f"unavailable: {', '.join(names)}: {reason}"

    def _results(self) -> Iterator[Finding]:
        import pandas as pd

        problem = ""
        try:
            with self._directory.results.open("rb") as file:
                found = pd.read_parquet(file)
            # The types of columns depend on the version of pandas, their values do not.
            pd.testing.assert_frame_equal(found, self.records.units, check_dtype=False, check_exact=True)
        except FileNotFoundError:
            problem = "is missing"
        except AssertionError:
            problem = "does not hold what the journal says"
        # Any error: the reader does not raise only file errors for damaged files.
        except Exception as error:
            problem = f"is damaged ({describe_error(error)})"
        if problem:
            yield State.PROBLEM, f"results.parquet {problem}; {self._again('writes it again')}"
