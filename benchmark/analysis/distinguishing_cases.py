"""The cases that tell the methods of a run apart best: those that a figure of pictures shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmark.analysis.scores import ranked_methods, ranking_metrics
from benchmark.contracts.metric import Axis
from benchmark.store.records import UnitStatus

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.store.records import CaseRecord, MetricRecord, RunRecords

_LEAST_VARIANCE = 1e-24
_WELL_ANSWERED = 0.75


def distinguishing_cases(run: RunRecords, most: int) -> tuple[CaseRecord, ...]:
    """Chooses the cases whose scores tell the methods apart best, by a rule and not by hand.

    The spread of a case is the variance of its scores between the methods, in units of the metric's variance over all
    cases and methods, averaged over the metrics of content, style and text. Cases are taken by falling spread, and in
    three rounds: first those whose content and style no chosen case shows, then those of which one is new, then any.
    A case that more methods answered goes before one that fewer did. One that few answered, such as a mix of styles,
    comes after all others, because its row would have gaps: few are less than three quarters of those that answered the
    case with the most. Controls do not count.

    Args:
        run: The run.
        most: Largest number of cases.

    Returns:
        The cases, in the order of the protocol. A case that no method answered is never among them.
    """
    if run.units.empty or not run.cases:
        return ()
    done = run.units[(run.units["status"] == UnitStatus.OK) & run.units["method"].isin(ranked_methods(run))]
    answers = done["case"].value_counts().to_dict()
    spreads = _spreads(run, done)
    candidates = [case for case in run.cases if answers.get(case.id)]
    candidates.sort(key=lambda case: (-answers[case.id], -spreads.get(case.id, 0.0)))
    well_answered = [case for case in candidates if answers[case.id] >= _WELL_ANSWERED * max(answers.values())]
    chosen: list[CaseRecord] = []
    for group in (well_answered, candidates):
        for shown_before in (0, 1, 2):
            for case in group:
                contents, styles = {one.content for one in chosen}, {one.style for one in chosen}
                known = (case.content in contents) + (case.style in styles)
                if len(chosen) < most and case not in chosen and known <= shown_before:
                    chosen.append(case)
    return tuple(case for case in run.cases if case in chosen)


def deciding_metrics(run: RunRecords) -> list[MetricRecord]:
    """Returns the metrics whose scores choose the cases; without one, only contents and styles do.

    Args:
        run: The run.
    """
    return [metric for metric in ranking_metrics(run) if metric.axis in (Axis.CONTENT, Axis.STYLE, Axis.TEXT)]


def _spreads(run: RunRecords, done: pd.DataFrame) -> dict[str, float]:
    """Computes the mean spread of every case that has one."""
    import pandas as pd

    spreads = []
    for metric in deciding_metrics(run):
        scores = done.pivot(index="case", columns="method", values=metric.name).astype(float)
        variance = float(np.nanvar(scores.to_numpy())) if scores.count().sum() > 1 else 0.0
        if variance > _LEAST_VARIANCE:
            spreads.append(scores.var(axis=1, ddof=0)[scores.count(axis=1) > 1] / variance)
    if not spreads:
        return {}
    return {str(case): float(spread) for case, spread in pd.concat(spreads, axis=1).mean(axis=1).items()}
