"""What repeated measurements of one thing say together."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Spread:
    """Median and range of a number of measurements.

    Attributes:
        median: The median.
        low: The smallest.
        high: The largest.
        number: How many there are.
    """

    median: float
    low: float
    high: float
    number: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Summarises measurements, at least one."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found), len(found))

    def over(self, units: float) -> Spread:
        """The same for one of several units that each measurement was of."""
        return Spread(self.median / units, self.low / units, self.high / units, self.number)

    def __str__(self) -> str:
        if self.number == 1:
            return rounded(self.median)
        return f"{rounded(self.median)} ({rounded(self.low)} to {rounded(self.high)})"


def rounded(value: float) -> str:
    """A number with three digits that count; large ones whole."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
