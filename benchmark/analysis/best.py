"""The methods with the best mean by a metric, over cases that all of them answered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmark.analysis.scores import share_cases
from benchmark.contracts.metric import Direction
from benchmark.store.records import RunRecords, SummaryRow, UnitStatus

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Best:
    """The best methods by a metric.

    Attributes:
        methods: Their names, several where they are equal; none where the metric does not rank, where fewer than two
            methods are compared, or where these have no case in common.
        shared_cases: Number of cases that all compared methods have a score for; scores for other cases do not count.
            ``None`` where all have scores for the same cases.
        means: Where methods have scores for different cases: the mean over the shared ones of every method and control
            that has a score for each of them.
        left_out: Names of methods that have a score for too few cases to be compared; see ``share_cases``.
    """

    methods: tuple[str, ...] = ()
    shared_cases: int | None = None
    means: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def best_methods(run: RunRecords, rows: Sequence[SummaryRow]) -> Best:
    """Finds the best of several methods by one metric.

    Means over different cases do not compare: a method may have had the easier ones. Controls, circular scores and
    numbers with a warning are never the best; cases are shared among all methods that are no controls.

    Args:
        run: The run.
        rows: The means of one metric or cost.
    """
    scored = [row for row in rows if row.mean is not None and math.isfinite(row.mean)]
    compared = [row for row in scored if not row.control and not row.warning]
    if len(compared) < 2:
        return Best()
    metric, direction = compared[0].metric, compared[0].direction
    scores = _scores(run, metric, [row.method for row in scored])
    answered = {row.method: frozenset(scores[row.method].index) for row in compared}
    candidates = [row.method for row in compared if not row.circular]
    if len(set(answered.values())) == 1 and len({row.n for row in compared}) == 1:
        return Best(_first({row.method: row.mean for row in scored if row.method in candidates}, direction))
    kept, left_out = share_cases(answered)
    shared = sorted(frozenset.intersection(*(answered[name] for name in kept))) if len(kept) > 1 else []
    # A set metric has no score of a case, of which a mean could be taken anew.
    if not shared or metric not in run.units:
        return Best(shared_cases=0)
    means = {
        method: float(of_method.loc[shared].mean())
        for method, of_method in scores.items()
        if method not in left_out and of_method.index.isin(shared).sum() == len(shared)
    }
    return Best(
        _first({name: means[name] for name in candidates if name in means}, direction),
        len(shared),
        means,
        tuple(left_out),
    )


def _scores(run: RunRecords, metric: str, methods: Sequence[str]) -> dict[str, pd.Series]:
    """The scores of each method by case; for a set metric, only the cases say something."""
    done = run.units[run.units["status"] == UnitStatus.OK].set_index("case")
    column = metric if metric in done else "status"
    return {method: done.loc[done["method"] == method, column].dropna() for method in methods}


def _first(means: Mapping[str, float | None], direction: Direction) -> tuple[str, ...]:
    known = {method: mean for method, mean in means.items() if mean is not None}
    if len(known) < 2 or direction is Direction.NEITHER:
        return ()
    top = max(known.values()) if direction is Direction.HIGHER else min(known.values())
    return tuple(method for method, mean in known.items() if mean == top)
