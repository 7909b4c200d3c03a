"""What a check found out about a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How a check ended."""

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
        verdict: How it ended.
        reason: Why it did not pass; empty where it passed.
        figures: What was measured, by name; the first is the one that the verdict rests on.
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
    """What a check measured.

    Attributes:
        verdict: How it ended.
        problem: What is wrong, or an empty string.
        figures: What was measured, by name; the first is the one that the verdict rests on.
    """

    verdict: Verdict
    problem: str
    figures: Mapping[str, float]

    @classmethod
    def of(cls, problem: str, figures: Mapping[str, float]) -> Outcome:
        """The check failed if there is a problem, else it passed."""
        return cls(Verdict.FAILED if problem else Verdict.PASSED, problem, figures)
