"""Means of a method by a metric before and now, and the judgement of their difference."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.analysis.gate.rerun_noise import Knowledge, RerunNoise
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.analysis.interval import Interval
from benchmark.contracts.metric import Direction

BLIND = 0.2
"""Share of a score: where the noise would hide a change as large as that, nothing is said to be the same."""


@dataclass(frozen=True)
class PairedMeans:
    """The means of a method by a metric over the same cases, before and now.

    Attributes:
        method: Name of the method.
        metric: Name of the metric.
        direction: The better direction.
        before: Mean of the baseline.
        now: Mean of the run.
        size: Mean size of the baseline's scores.
        tolerance: The largest tolerated difference.
        noise: Noise of the difference from run to run.
        reason: Further words on the comparison.
        cases: Number of cases.
        contents: Number of different contents among them.
        styles: Number of different styles (or mixes) among them.
    """

    method: str
    metric: str
    direction: Direction
    before: float
    now: float
    size: float
    tolerance: float
    noise: RerunNoise
    reason: str
    cases: int
    contents: int
    styles: int

    @property
    def is_uncertain(self) -> bool:
        """Whether the difference can be due to chance."""
        return self.noise.knowledge is not Knowledge.EXACT

    def judge(self, level: float) -> Finding:
        """Judges the difference: better or worse if it exceeds the tolerance *and* its interval excludes zero.

        Otherwise it is the same, unless the interval is so wide that it would hide a change of a fifth: then nothing is
        decided. A score that repeats itself exactly has no interval.

        Args:
            level: Level of the interval.
        """
        difference, half = self.now - self.before, self.noise.half_width(level)
        outcome, reasons = Outcome.SAME, [self.reason, self.noise.words]
        if abs(difference) > max(self.tolerance, half):
            outcome = Outcome.BETTER if (difference > 0) is (self.direction is Direction.HIGHER) else Outcome.WORSE
        elif half > max(self.tolerance, BLIND * self.size):
            outcome = Outcome.NOT_COMPARABLE
            reasons.append(f"only a difference beyond {half:.3g} can be told from it; more repeats tell smaller ones")
        return Finding(
            outcome=outcome,
            method=self.method,
            metric=self.metric,
            reason="; ".join(filter(None, reasons)),
            before=self.before,
            now=self.now,
            difference=difference,
            interval=Interval(difference - half, difference + half) if self.is_uncertain else None,
            tolerance=self.tolerance,
            cases=self.cases,
            contents=self.contents,
            styles=self.styles,
            decides=outcome is not Outcome.NOT_COMPARABLE,
            noise=self.noise.knowledge,
        )


def simultaneous_level(means: list[PairedMeans], level: float) -> float:
    """Returns the level that each interval needs so that all together have a level: Bonferroni's correction.

    Args:
        means: All means that are compared in one check; those that repeat exactly are not counted.
        level: The level of all together.
    """
    return 1 - (1 - level) / max(1, sum(one.is_uncertain for one in means))
