"""What the gate found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from benchmark.analysis.interval import Interval
from benchmark.errors import ExitCode
from benchmark.escaping import one_line, printable

SCHEMA_VERSION = 1


class Outcome(StrEnum):
    """What became of a method on a metric."""

    WORSE = "worse"
    NEWLY_FAILING = "newly_failing"
    MISSING = "missing"
    """The run has no score to compare."""
    NOT_COMPARABLE = "not_comparable"
    """The scores were measured differently."""
    BETTER = "better"
    SAME = "same"
    """Neither better nor worse beyond the tolerance and what is significant; or, for thresholds, within them."""

    @property
    def is_regression(self) -> bool:
        """Whether the gate stays shut."""
        return self in (Outcome.WORSE, Outcome.NEWLY_FAILING, Outcome.MISSING)


@dataclass(frozen=True)
class Finding:
    """What the gate found for one method and metric.

    Attributes:
        outcome: What became of it.
        method: Name of the method, or empty for all.
        metric: Name of the metric, ``runtime``, or empty for all.
        reason: One line that says why, in words.
        before: Mean of the baseline over the cases that were compared.
        now: Mean of the run over the same cases.
        difference: Mean of now − before.
        interval: Its interval.
        tolerance: Differences up to this are tolerated.
        cases: Number of cases that were compared.
        contents: Number of different contents among them.
        styles: Number of different styles (or mixes) among them.
        decides: Whether it counts for the exit code.
    """

    outcome: Outcome
    method: str
    metric: str
    reason: str = ""
    before: float | None = None
    now: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    tolerance: float | None = None
    cases: int = 0
    contents: int = 0
    styles: int = 0
    decides: bool = True

    @property
    def is_regression(self) -> bool:
        """Whether the gate stays shut because of it."""
        return self.decides and self.outcome.is_regression

    @property
    def subject(self) -> str:
        """Method and metric as one phrase."""
        return " · ".join(part for part in (self.method, self.metric) if part) or "the run"


@dataclass(frozen=True)
class Verdict:
    """All that the gate found.

    Attributes:
        title: What was compared with what.
        findings: The findings, the worst outcomes first.
        notes: What differs without deciding anything, each in one sentence.
    """

    title: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[Outcome, int]:
        """Number of findings by outcome."""
        return {outcome: sum(finding.outcome is outcome for finding in self.findings) for outcome in Outcome}

    @property
    def exit_code(self) -> ExitCode:
        """1 if something is worse, missing or newly failing; else 3 if something cannot be compared; else 0."""
        if any(finding.is_regression for finding in self.findings):
            return ExitCode.REGRESSION
        if any(finding.decides and finding.outcome is Outcome.NOT_COMPARABLE for finding in self.findings):
            return ExitCode.NOT_COMPARABLE
        return ExitCode.DONE

    @property
    def summary(self) -> str:
        """One line: how often each outcome was found."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items() if count)
        return f"{self.title}: {counts or 'nothing was compared'}"

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "title": self.title,
            "exit_code": int(self.exit_code),
            "counts": {str(outcome): count for outcome, count in self.counts.items()},
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
        }


def make_verdict(title: str, findings: list[Finding], notes: tuple[str, ...] = ()) -> Verdict:
    """Makes a verdict with the worst outcomes first.

    Args:
        title: What was compared with what.
        findings: The findings in any order.
        notes: What differs without deciding anything.
    """
    severity = list(Outcome)
    findings = [replace(finding, reason=one_line(finding.reason)) for finding in findings]
    return Verdict(
        title=printable(title),
        findings=tuple(sorted(findings, key=lambda finding: severity.index(finding.outcome))),
        notes=tuple(map(one_line, notes)),
    )
