"""The scores of a run, case by case, as comparisons need them: methods side by side, the better the higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmark.contracts.metric import Direction
from benchmark.store.records import MetricRecord, RunRecords, UnitStatus

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PairedScores:
    """Scores of several methods on the cases that all of them have a score for.

    Attributes:
        cases: Name of each case.
        values: N cases × K methods.
        contents: Content of each case.
        styles: Style or mix of styles of each case.
    """

    cases: tuple[str, ...]
    values: NDArray[np.float64]
    contents: NDArray[np.str_]
    styles: NDArray[np.str_]


class ScoreTable:
    """The scores of one metric.

    Args:
        run: The run.
        metric: The metric.
    """

    def __init__(self, run: RunRecords, metric: MetricRecord) -> None:
        done = run.units[run.units["status"] == UnitStatus.OK]
        self._table: pd.DataFrame = done.pivot(index="case", columns="method", values=metric.name)
        self._cases = {case.id: case for case in run.cases}
        self.sign = -1.0 if metric.direction is Direction.LOWER else 1.0

    def scored(self, methods: list[str]) -> list[str]:
        """Those of the methods that have a score for some case."""
        return [name for name in methods if name in self._table and bool(self._table[name].notna().any())]

    def paired(self, methods: list[str]) -> PairedScores:
        """Scores of methods on the cases that all of them have a score for.

        Args:
            methods: Names of methods that have scores.
        """
        common = self._table[methods].dropna()
        cases = [self._cases[name] for name in common.index]
        return PairedScores(
            cases=tuple(common.index),
            values=common.to_numpy(dtype=np.float64),
            contents=np.array([case.content for case in cases], dtype=str),
            styles=np.array([case.style for case in cases], dtype=str),
        )


def ranking_metrics(run: RunRecords) -> list[MetricRecord]:
    """The metrics of a run that say which of two scores is better."""
    return [
        metric
        for metric in run.metrics
        if not metric.unavailable and metric.direction is not Direction.NEITHER and metric.name in run.units
    ]


def ranked_methods(run: RunRecords) -> list[str]:
    """The methods of a run that are compared with each other: all but the controls."""
    return [method.name for method in run.methods if not method.control]
