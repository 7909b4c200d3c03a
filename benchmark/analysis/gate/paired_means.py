"""A method by a metric before and now, ready to be judged."""

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
        direction: Which way is better.
        before: Mean of the baseline.
        now: Mean of the run.
        size: Mean size of the baseline's scores.
        tolerance: The largest tolerated difference.
        noise: How far the difference moves by chance.
        reason: What else there is to say of it.
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
        """Whether chance can move it."""
        return self.noise.knowledge is not Knowledge.EXACT

    def judge(self, level: float) -> Finding:
        """Better or worse if the difference exceeds the tolerance *and* its interval excludes zero, else the same.

        Where it is neither, and the interval is so wide that it would hide a change of a fifth, nothing is decided.
        What repeats itself exactly has no interval.

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
    """The level of each interval by which all of them together have a level: Bonferroni's correction.

    Args:
        means: All that is compared in one check; what repeats itself exactly is not counted.
        level: The level of all together.
    """
    return 1 - (1 - level) / max(1, sum(one.is_uncertain for one in means))
