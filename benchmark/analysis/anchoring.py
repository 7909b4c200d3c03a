"""Scores on a scale between the controls: 0 where nothing was transferred, 1 where everything was."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.interval import Interval, covariance_of_means, crossed_estimate
from benchmark.analysis.level import LEVEL
from benchmark.analysis.scores import PairedScores, ScoreTable, ranked_methods, ranking_metrics
from benchmark.contracts.metric import Axis
from benchmark.store.records import MetricRecord, RunRecords
from benchmark.wording import format_count


@dataclass(frozen=True)
class AnchoredScore:
    """A method's mean score between the means of two controls.

    Attributes:
        method: Name of the method.
        metric: Name of the metric.
        score: (mean − mean of ``zero``) / (mean of ``one`` − mean of ``zero``); may leave 0 … 1.
        interval: Its interval, or ``None`` where nothing can be said.
        zero: Name of the control at 0.
        one: Name of the control at 1.
        cases: Number of cases for which both controls and all compared methods have a score.
        contents: Number of different contents among them.
        styles: Number of different styles (or mixes) among them.
    """

    method: str
    metric: str
    score: float
    interval: Interval | None
    zero: str
    one: str
    cases: int
    contents: int
    styles: int


@dataclass(frozen=True)
class Unanchored:
    """A score without a place between the controls, and the reason.

    Attributes:
        metric: Name of the metric.
        method: Name of the method, or empty where it holds for all.
        reason: The reason, in words.
    """

    metric: str
    method: str
    reason: str


@dataclass(frozen=True)
class _Ends:
    """The names of the controls at both ends of a scale."""

    zero: str
    one: str


def anchored_scores(run: RunRecords) -> tuple[list[AnchoredScore], list[Unanchored]]:
    """Anchors the mean scores of the methods of a run between its controls.

    The control whose ``anchor`` is the axis ``content`` keeps the content, the one whose ``anchor`` is ``style`` is the
    style itself. On the axis ``content`` the latter is 0 and the former 1; on the axes ``style`` and ``text`` it is
    the other way round. Means, and not cases, are divided, because the controls may be close to each other in single
    cases. All means of a metric are over the same cases, for which both controls and all compared methods have a score.

    A scale needs ends in the order that the metric states: the mean at 1 better than the mean at 0. Where they are
    not, or are nearly equal (the 95 % interval of their difference contains 0, and not every case has them in this
    order), nothing is anchored.

    The interval is that of Fieller (1954), "Some problems in interval estimation", Journal of the Royal Statistical
    Society B 16(2): the ratios ρ for which the mean of (score − zero) − ρ (one − zero) does not differ from 0 by the t
    test with their covariances. It is bounded, and given, exactly where the interval of the difference of the
    controls excludes 0.

    Args:
        run: The run.

    Returns:
        One entry per method and metric that can be anchored; and the reasons why others of these axes cannot.
    """
    controls = {method.anchor: method.name for method in run.methods if method.control and method.anchor}
    anchored: list[AnchoredScore] = []
    unanchored: list[Unanchored] = []
    for metric in ranking_metrics(run):
        if metric.axis not in (Axis.CONTENT, Axis.STYLE, Axis.TEXT):
            continue
        axes = (Axis.STYLE, Axis.CONTENT) if metric.axis == Axis.CONTENT else (Axis.CONTENT, Axis.STYLE)
        lacking = [axis for axis in (Axis.CONTENT, Axis.STYLE) if axis not in controls]
        if lacking:
            reason = f"the run has no control that marks the good end of the axis {' or '.join(lacking)}"
            unanchored.append(Unanchored(metric.name, "", reason))
            continue
        found, refused = _anchored(run, metric, _Ends(*(controls[axis] for axis in axes)))
        anchored += found
        unanchored += refused
    return anchored, unanchored


def _anchored(run: RunRecords, metric: MetricRecord, ends: _Ends) -> tuple[list[AnchoredScore], list[Unanchored]]:
    table = ScoreTable(run, metric.name, metric.direction)
    methods = table.scored(ranked_methods(run))
    if not methods:
        return [], []
    lacking = [end for end in (ends.zero, ends.one) if not table.scored([end])]
    if lacking:
        return [], [Unanchored(metric.name, "", f"the control {lacking[0]} has no score")]
    shared = table.shared(methods, required=(ends.zero, ends.one))
    if not shared.scores.cases:
        return [], [Unanchored(metric.name, "", "no case has a score of both controls and of the methods")]
    reason = _no_scale(shared.scores, table.sign, ends)
    if reason:
        return [], [Unanchored(metric.name, "", reason)]
    number = len(shared.scores.cases)
    few = [
        Unanchored(metric.name, name, f"has a score for {format_count(len(table.answered(name)), 'case')} only")
        for name in shared.left_out
    ]
    return [
        AnchoredScore(
            method=name,
            metric=metric.name,
            score=score,
            interval=interval,
            zero=ends.zero,
            one=ends.one,
            cases=number,
            contents=len(set(shared.scores.contents)),
            styles=len(set(shared.scores.styles)),
        )
        for column, name in enumerate(shared.methods)
        for score, interval in [_ratio(shared.scores, column)]
    ], few


def _no_scale(scores: PairedScores, sign: float, ends: _Ends) -> str:
    """Says why the controls, whose scores are the last two columns, make no scale, or returns an empty string."""
    gains = sign * (scores.values[:, -1] - scores.values[:, -2])
    span = crossed_estimate(gains, scores.contents, scores.styles)
    zero, one = scores.values[:, -2:].mean(axis=0)
    means = f"means {one:.3g} and {zero:.3g} over {format_count(len(gains), 'case')}"
    # Numbers that differ by less are equal up to the rounding of single-precision networks.
    if abs(span.mean) <= 1e-6 * max(abs(zero), abs(one)):
        return f"the controls {ends.one} and {ends.zero} are equal ({means})"
    if span.mean < 0:
        return (
            f"the controls stand in the wrong order: {ends.one}, which is to mark the good end, is worse than"
            f" {ends.zero} ({means})"
        )
    shown = span.interval is None or span.interval.excludes_zero
    if not shown and gains.min() <= 0:
        return f"the controls {ends.one} and {ends.zero} are nearly equal: their order changes with the case ({means})"
    return ""


def _ratio(scores: PairedScores, column: int) -> tuple[float, Interval | None]:
    """Returns the anchored mean of a column, and Fieller's interval of it; the controls are the last two columns."""
    rise = scores.values[:, column] - scores.values[:, -2]
    span = scores.values[:, -1] - scores.values[:, -2]
    ratio = float(rise.mean() / span.mean())
    both = np.stack([rise, span], axis=1)
    covariance = covariance_of_means(both, scores.contents, scores.styles)
    if covariance is None:
        return ratio, None
    levels = min(len(set(scores.contents)), len(set(scores.styles)))
    return ratio, _fieller(both.mean(axis=0), covariance, levels)


def _fieller(means: NDArray[np.float64], covariance: NDArray[np.float64], levels: int) -> Interval | None:
    """Returns ρ with (a − ρ b)² ≤ t² (var a − 2 ρ cov + ρ² var b), for means a and b; ``None`` if unbounded."""
    from scipy.special import stdtrit

    squared = float(stdtrit(levels - 1, (1 + LEVEL) / 2)) ** 2
    quadratic = means[1] ** 2 - squared * covariance[1, 1]
    middle = means[0] * means[1] - squared * covariance[0, 1]
    constant = means[0] ** 2 - squared * covariance[0, 0]
    if quadratic <= 0:
        return None
    # Only rounding can make it negative, since the ratio of the means solves the inequality.
    root = math.sqrt(max(middle**2 - quadratic * constant, 0.0))
    return Interval(float((middle - root) / quadratic), float((middle + root) / quadratic))
