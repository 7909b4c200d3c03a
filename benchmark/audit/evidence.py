"""Evidence of an audit: a metric's readings of every treated case, gathered before any check is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.audit.check_result import NotApplicableError
from benchmark.audit.treatment import BLENDS, HALFWAY, STYLE_ITSELF, UNCHANGED, Treatment
from benchmark.contracts import Axis, Direction, MetricInfo
from benchmark.errors import BenchmarkError

if TYPE_CHECKING:
    from benchmark.audit.subject import Reading, Subject
    from benchmark.protocol.case import Case


class ScoringError(BenchmarkError):
    """A metric could not score something; the message says why."""


@dataclass
class Evidence:
    """The readings of one metric.

    Attributes:
        subject: The metric.
        cases: The cases, each of one content and one style.
        readings: For each treatment, the reading of each case.
        errors: For each treatment without readings, the reason.
    """

    subject: Subject
    cases: Sequence[Case]
    readings: dict[Treatment, list[Reading]] = field(default_factory=dict)
    errors: dict[Treatment, str] = field(default_factory=dict)

    @property
    def info(self) -> MetricInfo:
        """Static facts about the metric."""
        return self.subject.info

    @property
    def contents(self) -> list[str]:
        """Name of the content of each case."""
        return [case.content.id for case in self.cases]

    @property
    def styles(self) -> list[str]:
        """Name of the style of each case."""
        return [case.style_id for case in self.cases]

    def read(self, treatment: Treatment) -> list[Reading]:
        """Returns the reading of each case.

        Raises:
            ScoringError: The metric raised.
        """
        if treatment in self.errors:
            raise ScoringError(self.errors[treatment])
        return self.readings[treatment]

    def scores(self, treatment: Treatment) -> NDArray[np.float64]:
        """Returns the score of each case, or the single score of all of them.

        Raises:
            ScoringError: The metric raised.
            NotApplicableError: It is a set metric, and this set is too small for a number.
        """
        return self.scores_of(self.read(treatment))

    def scores_of(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Computes the scores of readings; raises as ``scores`` does."""
        scores = self.subject.scores(readings)
        if self.subject.is_set_metric and bool(np.isnan(scores).any()):
            raise NotApplicableError("too few images for a number")
        if bool(np.isinf(scores).any()):
            raise ScoringError("returned a score that is infinite")
        return scores

    def goodness(self, treatment: Treatment) -> NDArray[np.float64]:
        """Returns the scores, with the sign that makes higher ones better; raises as ``scores`` and ``sign`` do."""
        return self.sign * self.scores(treatment)

    @property
    def sign(self) -> float:
        """Factor of ±1 that makes higher scores better.

        Raises:
            NotApplicableError: The metric does not rank.
        """
        if self.info.direction is Direction.NEITHER:
            raise NotApplicableError("it does not say which end of its range is good")
        return -1.0 if self.info.direction is Direction.LOWER else 1.0

    def ends(self) -> tuple[Treatment, Treatment]:
        """Returns the treatments at the bad and at the good end of the metric's axis: the two anchoring controls.

        Raises:
            NotApplicableError: The axis has no such ends.
        """
        match self.info.axis:
            case Axis.CONTENT:
                return STYLE_ITSELF, UNCHANGED
            case Axis.STYLE | Axis.TEXT:
                return UNCHANGED, STYLE_ITSELF
        raise NotApplicableError(f"no picture is at an end of the axis {self.info.axis}")

    def span(self) -> float:
        """Returns the mean distance of the scores of the unchanged content and of the style image, not negative."""
        return float(np.abs(self.scores(UNCHANGED) - self.scores(STYLE_ITSELF)).mean())

    def scale(self) -> float:
        """Returns a unit for small changes: the span, or where it is 0 the mean size of the scores, or else 1."""
        return self.span() or float(np.abs(self.scores(HALFWAY)).mean()) or 1.0

    def seen(self) -> NDArray[np.float64]:
        """Returns all scores of the blends, the two ends included."""
        return np.concatenate([self.scores(treatment) for treatment in BLENDS])
