"""Means that can be compared: each over the cases that all compared methods have a score for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmark.analysis.interval import Estimate, crossed_estimate
from benchmark.analysis.scores import ScoreTable, ranked_methods, ranking_metrics
from benchmark.contracts.metric import Direction
from benchmark.method_source import is_measured
from benchmark.store.cost_columns import COST_COLUMNS
from benchmark.store.records import RunRecords


@dataclass(frozen=True)
class SharedMean:
    """The mean of a method over the cases that the methods of a run share.

    Attributes:
        metric: Name of the metric or cost.
        method: Name of the method or control.
        estimate: The mean with its interval and its numbers of cases, contents and styles.
    """

    metric: str
    method: str
    estimate: Estimate


@dataclass(frozen=True)
class LeftOut:
    """A method that has a score for too few cases to be compared with several others by a metric.

    Attributes:
        metric: Name of the metric or cost.
        method: Name of the method.
        cases: Number of cases that it has a score for.
        shared: Number of cases that the others share.
    """

    metric: str
    method: str
    cases: int
    shared: int


def shared_means(run: RunRecords) -> tuple[list[SharedMean], list[LeftOut]]:
    """Averages the scores and costs of the methods of a run over the cases that they share.

    A control that lacks some of these cases has no such mean.

    Args:
        run: The run.

    Returns:
        One mean per metric that ranks, or cost, and method; and the methods that are left out.
    """
    bounds = {metric.name: (metric.minimum, metric.maximum) for metric in run.metrics}
    columns = [(metric.name, metric.direction) for metric in ranking_metrics(run)]
    columns += [(cost, Direction.LOWER) for cost in COST_COLUMNS if cost in run.units]
    controls = [method.name for method in run.methods if method.control]
    unmeasured = {method.name for method in run.methods if not is_measured(method.timing)}
    means: list[SharedMean] = []
    left_out: list[LeftOut] = []
    for column, direction in columns:
        table = ScoreTable(run, column, direction)
        ranked = ranked_methods(run)
        if column in COST_COLUMNS:
            # What pictures cost that were made elsewhere, or by one call, was not measured for each.
            ranked = [name for name in ranked if name not in unmeasured]
        shared = table.shared(ranked or controls)
        number = len(shared.scores.cases)
        left_out += [LeftOut(column, name, len(table.answered(name)), number) for name in shared.left_out]
        for name in dict.fromkeys((*shared.methods, *table.scored(controls))):
            found = table.paired([*shared.methods, name] if name not in shared.methods else shared.methods)
            if number and len(found.cases) == number:
                place = shared.methods.index(name) if name in shared.methods else -1
                estimate = crossed_estimate(found.values[:, place], found.contents, found.styles)
                minimum, maximum = bounds.get(column, (0.0, None))
                interval = estimate.interval and estimate.interval.within(minimum, maximum)
                means.append(SharedMean(column, name, replace(estimate, interval=interval)))
    return means, left_out
