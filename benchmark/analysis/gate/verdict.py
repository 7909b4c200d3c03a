"""Findings and verdict of the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from benchmark.analysis.gate.rerun_noise import Knowledge
from benchmark.analysis.interval import Interval
from benchmark.errors import ExitCode
from benchmark.escaping import one_line, printable

SCHEMA_VERSION = 2
"""1: intervals were over contents and styles; findings had neither ``part`` nor ``noise``."""


class Outcome(StrEnum):
    """Outcome for a method on a metric."""

    WORSE = "worse"
    NEWLY_FAILING = "newly_failing"
    MISSING = "missing"
    """The run has no score to compare."""
    NOT_COMPARABLE = "not_comparable"
    """The scores were measured differently; or, where it does not count for the exit code, they decide nothing."""
    BETTER = "better"
    SAME = "same"
    """Neither better nor worse beyond the tolerance and chance; or, for thresholds, within them."""

    @property
    def is_regression(self) -> bool:
        """Whether such an outcome lets the gate fail, if it counts."""
        return self in (Outcome.WORSE, Outcome.NEWLY_FAILING, Outcome.MISSING)


class Part(StrEnum):
    """The reference that a run was checked against."""

    BASELINE = "baseline"
    THRESHOLDS = "thresholds"


@dataclass(frozen=True)
class Finding:
    """The gate's finding for one method and metric.

    Attributes:
        outcome: The outcome.
        method: Name of the method, or empty for all.
        metric: Name of the metric, ``runtime``, or empty for all.
        reason: One line that says why, in words.
        before: Mean of the baseline over the cases that were compared.
        now: Mean of the run over the same cases.
        difference: Mean of now − before.
        interval: Its interval over reruns, where it can be due to chance. The level holds for the intervals of all
            findings of a check together.
        tolerance: Differences up to this are tolerated.
        cases: Number of cases that were compared.
        contents: Number of different contents among them.
        styles: Number of different styles (or mixes) among them.
        decides: Whether it counts for the exit code.
        noise: Source of the knowledge about the noise of the difference, where that was needed.
        part: The reference that the run was checked against.
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
    noise: Knowledge | None = None
    part: Part = Part.BASELINE

    @property
    def is_regression(self) -> bool:
        """Whether the gate fails because of it."""
        return self.decides and self.outcome.is_regression

    @property
    def subject(self) -> str:
        """Method and metric as one phrase."""
        return " · ".join(part for part in (self.method, self.metric) if part) or "the run"


@dataclass(frozen=True)
class Verdict:
    """All findings of the gate.

    Attributes:
        title: Names of the two things that were compared.
        findings: The findings, the worst outcomes first.
        notes: Differences that decide nothing, each in one sentence.
        sources: The file of each part that the run was checked against, where there are several parts.
    """

    title: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    sources: Mapping[Part, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Number of findings by outcome."""
        return {outcome: sum(finding.outcome is outcome for finding in self.findings) for outcome in Outcome}

    @property
    def parts(self) -> tuple[Verdict, ...]:
        """A verdict without notes for each part, titled with its name and its file; itself where there is one part."""
        if not self.sources:
            return (self,)
        return tuple(
            Verdict(f"{part} {source}", tuple(finding for finding in self.findings if finding.part is part))
            for part, source in self.sources.items()
        )

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
            "parts": {
                str(part): {"file": source, "counts": {str(outcome): count for outcome, count in one.counts.items()}}
                for (part, source), one in zip(self.sources.items(), self.parts, strict=False)
            },
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
        }


def make_verdict(
    title: str, findings: list[Finding], notes: tuple[str, ...] = (), sources: Mapping[Part, str] | None = None
) -> Verdict:
    """Makes a verdict with the worst outcomes first.

    Args:
        title: Names of the two things that were compared.
        findings: The findings in any order.
        notes: Differences that decide nothing.
        sources: The file of each part, where there are several.
    """
    severity = list(Outcome)
    findings = [replace(finding, reason=one_line(finding.reason)) for finding in findings]
    return Verdict(
        title=printable(title),
        findings=tuple(sorted(findings, key=lambda finding: severity.index(finding.outcome))),
        notes=tuple(map(one_line, notes)),
        sources={part: printable(source) for part, source in (sources or {}).items()},
    )
