"""Marks of scores beside the best of their column, by the paired comparison of their methods."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.analysis.comparison import MethodComparison
    from reports.tables.formatting import NumberFormat


class Mark(StrEnum):
    """Mark of a value in its column."""

    BEST = "best"
    CLOSE = "close"
    """Its method is not shown to be worse than that of the best."""
    NONE = "none"


class Verdicts:
    """The paired comparisons of a run's methods, by metric and pair."""

    def __init__(self, comparisons: Sequence[MethodComparison]) -> None:
        self._found = {
            (comparison.metric, frozenset((comparison.first, comparison.second))): comparison
            for comparison in comparisons
        }

    def beside(self, method: str, metric: str, best: Sequence[str], show: NumberFormat) -> tuple[Mark, str]:
        """Returns the mark of a method that is not the best of a column, and its reason.

        Args:
            method: Name of the method.
            metric: Name of the metric.
            best: Names of the methods that share the best mean.
            show: Format of the column's numbers.
        """
        pairs = [(name, self._found.get((metric, frozenset((method, name))))) for name in best]
        told = [(name, pair) for name, pair in pairs if pair is not None]
        if not told:
            return Mark.NONE, ""
        for name, pair in told:
            if pair.better == name:
                return Mark.NONE, f"shown to be worse than the best (p = {pair.p_holm:.2g}, Holm)"
        pair = told[0][1]
        if pair.difference.standard_error is None:
            return Mark.CLOSE, "not shown to be worse than the best: one content or style cannot show any difference"
        words = f"not shown to be worse than the best (p = {pair.p_holm:.2g}, Holm)"
        if pair.disagreement:
            return Mark.CLOSE, f"{words}: {pair.disagreement}"
        if pair.better or pair.detectable is None:
            return Mark.CLOSE, words
        return Mark.CLOSE, f"{words}; a difference of {show(pair.detectable)} would be, four times in five"
