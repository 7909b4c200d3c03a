"""Scores on a scale whose ends are the controls: 0 where nothing was transferred, 1 where everything was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmark.analysis.interval import Interval, expanded_interval, resampled_means
from benchmark.analysis.scores import PairedScores, ScoreTable, ranked_methods, ranking_metrics
from benchmark.contracts.metric import Axis
from benchmark.store.records import RunRecords


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
        cases: Number of cases for which all three have a score.
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


def anchored_scores(run: RunRecords) -> list[AnchoredScore]:
    """Anchors the mean scores of the methods of a run between its controls.

    The control whose ``anchor`` is the axis ``content`` keeps the content, the one whose ``anchor`` is ``style`` is the
    style itself. On the axis ``content`` the latter is 0 and the former 1; on the axes ``style`` and ``text`` it is the
    other way round. Means, and not cases, are divided, because the controls may be close to each other in single cases.

    Args:
        run: The run.

    Returns:
        One entry per method and metric. A metric for which a control is missing, or on which they cannot be told apart,
        has none.
    """
    controls = {method.anchor: method.name for method in run.methods if method.control and method.anchor}
    if not {Axis.CONTENT, Axis.STYLE} <= controls.keys():
        return []
    ends = {
        Axis.CONTENT: (controls[Axis.STYLE], controls[Axis.CONTENT]),
        Axis.STYLE: (controls[Axis.CONTENT], controls[Axis.STYLE]),
        Axis.TEXT: (controls[Axis.CONTENT], controls[Axis.STYLE]),
    }
    anchored: list[AnchoredScore] = []
    for metric in ranking_metrics(run):
        table = ScoreTable(run, metric)
        zero, one = next((pair for axis, pair in ends.items() if axis == metric.axis), ("", ""))
        if len(table.scored([zero, one])) < 2:
            continue
        for method in table.scored(ranked_methods(run)):
            entry = _anchored(method, metric.name, zero, one, table.paired([method, zero, one]))
            anchored += [entry] if entry else []
    return anchored


def _anchored(method: str, metric: str, zero: str, one: str, paired: PairedScores) -> AnchoredScore | None:
    if not len(paired.values) or np.allclose(paired.values[:, 1], paired.values[:, 2], rtol=1e-6, atol=0):
        return None
    mean, low_end, high_end = paired.values.mean(axis=0)
    if high_end == low_end:
        return None
    contents, styles = len(np.unique(paired.contents)), len(np.unique(paired.styles))
    resampled = resampled_means(paired.values, paired.contents, paired.styles)
    interval = None
    if resampled is not None:
        spans = resampled[:, 2] - resampled[:, 1]
        ratios = (resampled[:, 0] - resampled[:, 1])[spans != 0] / spans[spans != 0]
        interval = expanded_interval(ratios, min(contents, styles))
    return AnchoredScore(
        method=method,
        metric=metric,
        score=float((mean - low_end) / (high_end - low_end)),
        interval=interval,
        zero=zero,
        one=one,
        cases=len(paired.values),
        contents=contents,
        styles=styles,
    )
