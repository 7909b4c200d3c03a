"""The result of a check of a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CheckStatus(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    """The scores point the right way, but these cases are too few, or too different, to tell it from chance."""
    NOT_APPLICABLE = "not_applicable"
    """The check asks for something that the metric does not promise, or that these cases do not have."""


@dataclass(frozen=True)
class CheckResult:
    """How a check ended, and what it measured.

    Attributes:
        status: How it ended.
        reason: Why it did not pass; empty where it passed.
        figures: What was measured, by name; the first is the one that the status rests on.
    """

    status: CheckStatus
    reason: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: str, figures: Mapping[str, float]) -> CheckResult:
        """The check failed if there is a problem, else it passed."""
        return cls(CheckStatus.FAILED if problem else CheckStatus.PASSED, problem, figures)


class NotApplicableError(Exception):
    """A check does not apply to a metric, or to the cases at hand; the message says why."""
