"""Rules by which a difference between two runs counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from benchmark.analysis.gate.snapshot import RUNTIME
from benchmark.analysis.level import LEVEL
from benchmark.errors import InputError
from benchmark.suggestion import suggest


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
    """Rules by which a difference between two runs counts.

    Attributes:
        scores: Tolerance for the mean of a metric.
        runtime: Tolerance for the mean runtime, in multiples of the calibration workload.
        own: Relative tolerances of single metrics, ``runtime`` included, in place of the general ones.
        level: Probability that chance makes nothing worse or better in a check of unchanged code, over all its methods
            and metrics together.
    """

    scores: Tolerance = Tolerance(relative=0.02, absolute=1e-6)
    runtime: Tolerance = Tolerance(relative=0.5, absolute=0.25)
    own: Mapping[str, float] = field(default_factory=dict)
    level: float = LEVEL

    def tolerance(self, metric: str) -> Tolerance:
        """Returns the tolerance for a metric.

        Args:
            metric: Name of the metric, or ``runtime``.
        """
        general = self.runtime if metric == RUNTIME else self.scores
        return replace(general, relative=self.own[metric]) if metric in self.own else general

    def require_known(self, metrics: Iterable[str]) -> None:
        """Refuses tolerances of unknown metrics.

        Args:
            metrics: The known metrics, besides ``runtime``.

        Raises:
            InputError: A metric with a tolerance of its own is not among them.
        """
        known = {*metrics, RUNTIME}
        for metric in self.own:
            if metric not in known:
                raise InputError(f"--tolerance {metric}: there is no metric {metric!r}{suggest(metric, known)}")
