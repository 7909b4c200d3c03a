"""Agreement of metrics on the order of a run's methods."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.analysis.interval import Estimate, crossed_estimate
from benchmark.analysis.scores import ScoreTable, ranked_methods, ranking_metrics, share_cases
from benchmark.store.records import RunRecords


@dataclass(frozen=True)
class RankAgreement:
    """The agreement of two metrics on the order of the methods.

    Attributes:
        first: Name of a metric.
        second: Name of another.
        within_cases: Mean over cases of Kendall's τ_b between the orders that the two give the methods in a case, or
            ``None`` if there is no case in which both order them.
        of_means: Kendall's τ_b between the orders of the methods' means, or ``None`` if a metric has them all equal.
        methods: Number of methods.
    """

    first: str
    second: str
    within_cases: Estimate | None
    of_means: float | None
    methods: int


def agreement_of_metrics(run: RunRecords) -> list[RankAgreement]:
    """Compares the orders that every two metrics give the methods of a run, controls excepted, from the better one.

    The measure is τ_b of Kendall (1945), "The treatment of ties in ranking problems": 1 for the same order, −1 for the
    opposite one. Only methods that both metrics score, and cases in which all of these have both scores, count; a
    method that has them for too few cases is left out (see ``share_cases``).

    Args:
        run: The run.
    """
    tables = {metric.name: ScoreTable(run, metric.name, metric.direction) for metric in ranking_metrics(run)}
    agreements: list[RankAgreement] = []
    for first, second in itertools.combinations(tables, 2):
        both = tables[second].scored(tables[first].scored(ranked_methods(run)))
        answered = {name: tables[first].answered(name) & tables[second].answered(name) for name in both}
        methods, _ = share_cases(answered)
        if len(methods) >= 2:
            agreements.append(_agreement(first, second, tables[first], tables[second], methods))
    return agreements


def _agreement(first: str, second: str, one: ScoreTable, other: ScoreTable, methods: list[str]) -> RankAgreement:
    paired = [one.paired(methods), other.paired(methods)]
    scored = set(paired[1].cases)
    common = [case for case in paired[0].cases if case in scored]
    rows = [[scores.cases.index(case) for case in common] for scores in paired]
    left, right = (
        table.sign * scores.values[row] for table, scores, row in zip((one, other), paired, rows, strict=True)
    )
    taus = kendall_tau(left, right)
    told = ~np.isnan(taus)
    contents, styles = paired[0].contents[rows[0]][told], paired[0].styles[rows[0]][told]
    of_means = float(kendall_tau(left.mean(axis=0)[None], right.mean(axis=0)[None])[0]) if common else math.nan
    return RankAgreement(
        first=first,
        second=second,
        within_cases=crossed_estimate(taus[told], contents, styles) if told.any() else None,
        of_means=None if math.isnan(of_means) else of_means,
        methods=len(methods),
    )


def kendall_tau(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Computes Kendall's τ_b of each row, Σ ab / √(Σ a² · Σ b²) over all pairs with a, b = sign(Δfirst), sign(Δsecond).

    Args:
        first: N×K numbers: N orders of K things.
        second: N×K other numbers.

    Returns:
        N numbers, NaN where one of the two has no order.
    """
    left, right = (_pair_signs(np.asarray(values, dtype=np.float64)) for values in (first, second))
    scale = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    agreement: NDArray[np.float64] = (left * right).sum(axis=1) / np.where(scale > 0, scale, np.nan)
    return agreement


def _pair_signs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    earlier, later = np.triu_indices(values.shape[1], k=1)
    return np.sign(values[:, earlier] - values[:, later])
