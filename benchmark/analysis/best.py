"""Which methods have the best mean by a metric, over cases that all of them answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        shared_cases: Number of cases that all compared methods have a score for, where some have scores for others
            too, which then do not count. ``None`` where all have scores for the same cases.
    """

    methods: tuple[str, ...] = ()
    shared_cases: int | None = None


def best_methods(run: RunRecords, rows: Sequence[SummaryRow]) -> Best:
    """Finds the best of several methods by one metric.

    Means over different cases do not compare: a method may have had the easier ones.

    Args:
        run: The run.
        rows: The means that compete, all of one metric or cost.
    """
    if len(rows) < 2 or rows[0].direction is Direction.NEITHER:
        return Best()
    metric, direction = rows[0].metric, rows[0].direction
    means = {row.method: row.mean for row in rows if row.mean is not None}
    scores = _scores(run, metric, list(means))
    cases = [frozenset(of_method.index) for of_method in scores.values()]
    if len(set(cases)) == 1 and len({row.n for row in rows}) == 1:
        return Best(_first(means, direction))
    shared = sorted(frozenset.intersection(*cases))
    # What scores all images of a method at once has no score of a case, of which a mean could be taken anew.
    if not shared or metric not in run.units:
        return Best(shared_cases=0)
    return Best(
        _first({method: float(of_method.loc[shared].mean()) for method, of_method in scores.items()}, direction),
        len(shared),
    )


def _scores(run: RunRecords, metric: str, methods: Sequence[str]) -> dict[str, pd.Series]:
    """The scores of each method by case; for a metric of all images at once, only the cases say something."""
    done = run.units[run.units["status"] == UnitStatus.OK].set_index("case")
    column = metric if metric in done else "status"
    return {method: done.loc[done["method"] == method, column].dropna() for method in methods}


def _first(means: Mapping[str, float], direction: Direction) -> tuple[str, ...]:
    top = max(means.values()) if direction is Direction.HIGHER else min(means.values())
    return tuple(method for method, mean in means.items() if mean == top)
