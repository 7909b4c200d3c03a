"""A page that a tool wrote of runs, and what the tool ends with."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import ExitCode
from benchmark.store.records import RunRecords, UnitStatus
from benchmark.wording import format_count


@dataclass(frozen=True)
class WrittenPage:
    """A page of runs.

    Attributes:
        path: The page.
        failures: How many units and scores of its runs failed.
    """

    path: Path
    failures: int

    @classmethod
    def of(cls, path: Path, *runs: RunRecords) -> WrittenPage:
        """The page of these runs."""
        units = sum(int((run.units["status"] == UnitStatus.FAILED).sum()) for run in runs)
        return cls(path, units + sum(len(run.score_errors) for run in runs))

    def end(self) -> ExitCode:
        """Prints where the page is, and what it lacks; returns the exit code that the command line has for it."""
        print(self.path)
        if not self.failures:
            return ExitCode.DONE
        print(f"{format_count(self.failures, 'unit or score', 'units or scores')} failed", file=sys.stderr)
        return ExitCode.FAILED_UNITS
