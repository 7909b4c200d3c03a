"""Intervals as small bars on a scale that a whole column shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BAR_WIDTH: Final = 84.0
"""Width of the drawing, in the units of its view box."""

MARGIN: Final = 4.0


@dataclass(frozen=True)
class IntervalBar:
    """Positions in the drawing: the mean, and, where an interval is known, its start and length."""

    mean: float
    start: float | None
    length: float | None


@dataclass(frozen=True)
class IntervalScale:
    """A scale from the least to the greatest value of a column, linear or logarithmic."""

    low: float
    high: float
    logarithmic: bool

    @classmethod
    def over(cls, values: Sequence[float], *, logarithmic: bool) -> IntervalScale:
        """Returns the scale that holds all values; it is linear where one of them has no logarithm."""
        logarithmic = logarithmic and all(value > 0 for value in values)
        mapped = [math.log10(value) if logarithmic else value for value in values] or [0.0]
        return cls(min(mapped), max(mapped), logarithmic)

    def bar(self, mean: float, low: float | None, high: float | None) -> IntervalBar:
        """Places a mean and its interval."""
        if low is None or high is None:
            return IntervalBar(self._position(mean), None, None)
        start, end = self._position(low), self._position(high)
        return IntervalBar(self._position(mean), start, round(max(end - start, 0.0), 2))

    def _position(self, value: float) -> float:
        if self.logarithmic and value <= 0:
            return MARGIN
        mapped = math.log10(value) if self.logarithmic else value
        share = (mapped - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(MARGIN + min(max(share, 0.0), 1.0) * (BAR_WIDTH - 2 * MARGIN), 2)
