"""Friedman's test and Nemenyi's critical difference, as critical-difference diagrams show them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchmark.analysis.level import ALPHA


@dataclass(frozen=True)
class RankComparison:
    """Methods ranked on the same cases by one metric: a description of these cases, not an inference from them.

    Attributes:
        metric: Name of the metric.
        average_ranks: Average rank of each method, from the best; 1 is best.
        cases: Number of cases that every one of them has a score for.
        p_value: P-value of the Friedman test, or ``None`` for fewer than three methods or two cases.
        critical_difference: Average ranks that are closer than this are not told apart (Nemenyi).
        cliques: Groups of methods that are not told apart, as large as possible; a method alone is in none.
        left_out: Names of methods that have a score for too few cases to be ranked; see ``share_cases``.
    """

    metric: str
    average_ranks: dict[str, float]
    cases: int
    p_value: float | None
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()


def compare_ranks(metric: str, methods: list[str], gains: ArrayLike) -> RankComparison:
    """Ranks methods within each case and compares their average ranks.

    The test is Friedman's (1937), "The use of ranks to avoid the assumption of normality". The critical difference is
    that of Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", Journal of Machine Learning
    Research 7: q · √(k (k + 1) / (6 N)) for k methods, N cases and Nemenyi's q at 5 %.

    Both assume independent cases, which cases that share a content or a style are not, and so reject far too often;
    they describe this run, and ``MethodComparison`` holds the differences that are shown.

    Args:
        metric: Name of the metric.
        methods: Names of k methods, k ≥ 2.
        gains: N×k scores, the higher the better.
    """
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    scores = np.asarray(gains, dtype=np.float64)
    number, width = scores.shape
    ranks = rankdata(-scores, axis=1).mean(axis=0)
    order = np.argsort(ranks, kind="stable")
    averages = {methods[index]: float(ranks[index]) for index in order}
    quantile = float(studentized_range.ppf(1 - ALPHA, width, np.inf)) / math.sqrt(2)
    critical = quantile * math.sqrt(width * (width + 1) / (6 * number))
    p_value = None
    if width >= 3 and number >= 2:
        all_tied = bool((scores == scores[:, :1]).all())
        p_value = 1.0 if all_tied else float(friedmanchisquare(*scores.T).pvalue)
    return RankComparison(metric, averages, number, p_value, critical, _cliques(averages, critical))


def _cliques(averages: dict[str, float], critical: float) -> tuple[tuple[str, ...], ...]:
    names, ranks = list(averages), list(averages.values())
    cliques: list[tuple[str, ...]] = []
    reached = -1
    for start in range(len(names)):
        end = start
        while end + 1 < len(names) and ranks[end + 1] - ranks[start] < critical:
            end += 1
        if end > max(start, reached):
            cliques.append(tuple(names[start : end + 1]))
            reached = end
    return tuple(cliques)
