"""When a difference between two runs counts."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.analysis.level import LEVEL


@dataclass(frozen=True)
class Tolerance:
    """A difference is tolerated up to the larger of ``relative`` times the baseline's mean size, and ``absolute``."""

    relative: float
    absolute: float

    def of(self, size: float) -> float:
        """The largest tolerated difference of means.

        Args:
            size: Mean size of the baseline's numbers.
        """
        return max(self.relative * size, self.absolute)


@dataclass(frozen=True)
class GateRules:
    """When a difference between two runs counts.

    Attributes:
        scores: What is tolerated of a metric's mean.
        runtime: What is tolerated of the mean runtime, in multiples of the calibration workload.
        level: Share of intervals that should contain the true difference.
    """

    scores: Tolerance = Tolerance(relative=0.02, absolute=1e-6)
    runtime: Tolerance = Tolerance(relative=0.5, absolute=0.25)
    level: float = LEVEL
