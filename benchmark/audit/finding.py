"""Findings of the checks about metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """Result of a check."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    """The scores point the right way, but these cases are too few, or too different, to tell it from chance."""
    NOT_APPLICABLE = "not_applicable"
    """The check asks for something that the metric does not promise, or that these cases do not have."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check of one metric.

    Attributes:
        metric: Name of the metric.
        check: Name of the check.
        verdict: Result of the check.
        reason: Why it did not pass; empty where it passed.
        figures: Measured numbers by name; the first is the one that the verdict rests on.
    """

    metric: str
    check: str
    verdict: Verdict
    reason: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


class NotApplicableError(Exception):
    """A check does not apply to a metric, or to the cases at hand; the message says why."""


@dataclass(frozen=True)
class Outcome:
    """The verdict of a check with its measurements.

    Attributes:
        verdict: Result of the check.
        problem: The fault that was found, or an empty string.
        figures: Measured numbers by name; the first is the one that the verdict rests on.
    """

    verdict: Verdict
    problem: str
    figures: Mapping[str, float]

    @classmethod
    def of(cls, problem: str, figures: Mapping[str, float]) -> Outcome:
        """Returns an outcome that failed if there is a problem, and else passed."""
        return cls(Verdict.FAILED if problem else Verdict.PASSED, problem, figures)
