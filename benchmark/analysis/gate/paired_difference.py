"""The same cases before and now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.gate.verdict import Outcome
from benchmark.analysis.interval import Interval, crossed_bootstrap


@dataclass(frozen=True)
class PairedDifference:
    """Numbers of the same cases before and now.

    Attributes:
        before: Numbers of the baseline.
        now: Numbers of the run.
        contents: Content of each case.
        styles: Style or mix of styles of each case.
    """

    before: NDArray[np.float64]
    now: NDArray[np.float64]
    contents: list[str]
    styles: list[str]

    def interval(self, level: float) -> Interval:
        """Interval of the mean difference: the two-way bootstrap's.

        Where there are fewer than two contents or two styles it goes from the smallest difference of a case to the
        largest, so that a difference is significant if every case moved the same way.

        Args:
            level: Share of such intervals that should contain the truth.
        """
        differences = self.now - self.before
        interval = crossed_bootstrap(differences, self.contents, self.styles, level=level)
        return interval or Interval(float(differences.min()), float(differences.max()))

    def outcome(self, interval: Interval, tolerance: float, *, higher_is_better: bool) -> Outcome:
        """Better or worse if the mean difference exceeds the tolerance *and* the interval excludes zero, else the same.

        Args:
            interval: Interval of the mean difference.
            tolerance: The largest tolerated difference.
            higher_is_better: Which way is better.
        """
        difference = float((self.now - self.before).mean())
        if abs(difference) <= tolerance or not interval.excludes_zero:
            return Outcome.SAME
        return Outcome.BETTER if (difference > 0) is higher_is_better else Outcome.WORSE
