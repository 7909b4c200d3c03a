"""Which differences between the methods of a run are shown by its cases, and which could have been."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from benchmark.analysis.interval import Estimate, crossed_estimate
from benchmark.analysis.level import ALPHA
from benchmark.analysis.scores import PairedScores, ScoreTable, ranked_methods, ranking_metrics
from benchmark.analysis.signed_rank import holm, rank_biserial, signed_rank_p, smallest_significant_shift
from benchmark.store.records import RunRecords

POWER_QUANTILE = 0.8416212335729143
"""80 % of a standard normal distribution lie below this."""


@dataclass(frozen=True)
class MethodComparison:
    """Two methods compared by one metric, paired on cases.

    Attributes:
        metric: Name of the metric.
        first: Name of a method.
        second: Name of another.
        difference: Mean of ``first`` − ``second``, in the unit of the metric.
        effect: Matched-pairs rank-biserial correlation, 1 where ``first`` is better in every case, −1 where ``second``
            is.
        p_value: Of the signed-rank test.
        p_holm: The same, corrected for all pairs of the metric.
        better: Name of the method that is shown to be better, or empty. Shown means that ``p_holm`` is below 5 % and
            the interval excludes zero.
        detectable: Where nothing is shown: the smallest difference that would have been, four times in five. ``None``
            where so few cases cannot show any, or where a difference is shown.
    """

    metric: str
    first: str
    second: str
    difference: Estimate
    effect: float
    p_value: float
    p_holm: float
    better: str
    detectable: float | None


def compare_methods(run: RunRecords) -> list[MethodComparison]:
    """Compares every two methods of a run, controls excepted, by every metric that ranks.

    Two methods are compared on the cases for which both have a score; two that share none are left out.

    Args:
        run: The run.
    """
    comparisons: list[MethodComparison] = []
    for metric in ranking_metrics(run):
        table = ScoreTable(run, metric)
        pairs = [
            (first, second, paired)
            for first, second in itertools.combinations(table.scored(ranked_methods(run)), 2)
            if len((paired := table.paired([first, second])).values)
        ]
        compared = [_compare(metric.name, table.sign, *pair) for pair in pairs]
        corrected = holm([comparison.p_value for comparison in compared])
        comparisons += [
            _judged(replace(comparison, p_holm=p_holm), table.sign, paired, len(pairs))
            for comparison, p_holm, (_, _, paired) in zip(compared, corrected, pairs, strict=True)
        ]
    return comparisons


def _compare(metric: str, sign: float, first: str, second: str, paired: PairedScores) -> MethodComparison:
    differences = paired.values[:, 0] - paired.values[:, 1]
    return MethodComparison(
        metric=metric,
        first=first,
        second=second,
        difference=crossed_estimate(differences, paired.contents, paired.styles),
        effect=rank_biserial(sign * differences),
        p_value=signed_rank_p(differences),
        p_holm=1.0,
        better="",
        detectable=None,
    )


def _judged(comparison: MethodComparison, sign: float, paired: PairedScores, tests: int) -> MethodComparison:
    interval = comparison.difference.interval
    if comparison.p_holm < ALPHA and interval is not None and interval.excludes_zero:
        better = comparison.first if sign * comparison.difference.mean > 0 else comparison.second
        return replace(comparison, better=better)
    return replace(comparison, detectable=detectable_difference(paired, comparison.difference, tests))


def detectable_difference(paired: PairedScores, difference: Estimate, tests: int) -> float | None:
    """The smallest mean difference that cases with this scatter show with a power of about 80 %.

    It is max(h, w) + z · s: h is the longer arm of the interval of the mean difference; w the shift at which the
    signed-rank test reaches 5 % / ``tests``, Holm's strictest step; s the standard error; and z the 80 % quantile of
    the normal distribution. At max(h, w) alone a difference would be shown about every other time.

    Args:
        paired: Scores of two methods.
        difference: Their mean difference.
        tests: Number of pairs that are compared by the metric.

    Returns:
        The difference, in the unit of the metric, or ``None`` where so few cases, contents or styles cannot show any.
    """
    shift = smallest_significant_shift(paired.values[:, 0] - paired.values[:, 1], ALPHA / tests)
    if shift is None or difference.interval is None or difference.standard_error is None:
        return None
    arm = max(difference.mean - difference.interval.low, difference.interval.high - difference.mean)
    return max(arm, shift) + POWER_QUANTILE * difference.standard_error
