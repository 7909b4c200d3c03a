"""Pareto fronts: methods that no other method beats on content and on style at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.analysis.anchoring import AnchoredScore
from benchmark.analysis.scores import ranked_methods, ranking_metrics
from benchmark.analysis.shared_means import SharedMean
from benchmark.contracts.metric import Axis, Direction
from benchmark.store.records import RunRecords


@dataclass(frozen=True)
class TradeOff:
    """The methods of a run between a content metric and a style metric.

    Attributes:
        content: Name of the content metric.
        style: Name of the style metric.
        front: Names of the methods on the Pareto front, by falling content score: no other method is at least as good
            by both metrics and better by one.
        left_out: Names of the methods that one of the two scores circularly; they neither are on the front nor beat
            others.
        anchored: Whether the front is over anchored means, and not over raw ones.
    """

    content: str
    style: str
    front: tuple[str, ...]
    left_out: tuple[str, ...]
    anchored: bool = True


def trade_offs(run: RunRecords, anchored: Sequence[AnchoredScore], means: Sequence[SharedMean]) -> list[TradeOff]:
    """Finds the Pareto front of every content metric with every style metric.

    The fronts are over anchored means, or over raw means, in the direction of each metric, if no pair of metrics is
    anchored, as without controls. Both kinds of means are over the same cases for all methods of a metric.

    Args:
        run: The run.
        anchored: Its anchored scores.
        means: The means of its scores over the cases that its methods share.
    """
    between_controls: dict[str, dict[str, float]] = {}
    for entry in anchored:
        between_controls.setdefault(entry.metric, {})[entry.method] = entry.score
    found = _fronts(run, between_controls)
    return found or [replace(entry, anchored=False) for entry in _fronts(run, _turned_means(run, means))]


def _turned_means(run: RunRecords, means: Sequence[SharedMean]) -> dict[str, dict[str, float]]:
    """Returns raw means of the methods, turned so that higher is better."""
    methods, directions = set(ranked_methods(run)), {metric.name: metric.direction for metric in ranking_metrics(run)}
    turned: dict[str, dict[str, float]] = {}
    for entry in means:
        if entry.method in methods and entry.metric in directions and math.isfinite(entry.estimate.mean):
            sign = -1 if directions[entry.metric] is Direction.LOWER else 1
            turned.setdefault(entry.metric, {})[entry.method] = sign * entry.estimate.mean
    return turned


def _fronts(run: RunRecords, scores: Mapping[str, Mapping[str, float]]) -> list[TradeOff]:
    axes = {metric.name: metric.axis for metric in run.metrics}
    circular = {(row.metric, row.method) for row in run.summary if row.circular}
    content, style = ([name for name in scores if axes.get(name) == axis] for axis in (Axis.CONTENT, Axis.STYLE))
    found: list[TradeOff] = []
    for first, second in itertools.product(content, style):
        both = [method for method in scores[first] if method in scores[second]]
        left_out = [method for method in both if {(first, method), (second, method)} & circular]
        points = {method: (scores[first][method], scores[second][method]) for method in both if method not in left_out}
        found.append(TradeOff(first, second, pareto_front(points), tuple(left_out)))
    return found


def pareto_front(points: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
    """Returns the names of points that no other point dominates, the higher the better, by falling first coordinate.

    Args:
        points: Two coordinates of each name.
    """
    front = [name for name, point in points.items() if not any(_dominates(other, point) for other in points.values())]
    return tuple(sorted(front, key=lambda name: points[name], reverse=True))


def _dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]
