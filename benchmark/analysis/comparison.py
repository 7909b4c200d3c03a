"""Paired comparisons of a run's methods: the differences that its cases show, and those that they could show."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmark.analysis.effect import rank_biserial
from benchmark.analysis.holm import CorrectedTest, holm
from benchmark.analysis.interval import Estimate, Interval, crossed_estimate, t_interval, t_test
from benchmark.analysis.level import ALPHA
from benchmark.analysis.scores import PairedScores, ScoreTable, ranked_methods, ranking_metrics
from benchmark.store.records import RunRecords

POWER = 0.8
"""Probability with which a detectable difference is shown."""


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
        first_wins: Number of cases in which ``first`` is better.
        second_wins: Number of cases in which ``second`` is better.
        p_value: Of the t test of the mean difference.
        p_holm: The same, corrected for all pairs of the metric.
        corrected: Interval of the difference at the level at which Holm's procedure tests this pair, or ``None`` where
            nothing can be said.
        better: Name of the method that is shown to be better, or empty. Shown means that ``p_holm`` is below 5 %, that
            ``corrected`` excludes zero, and that the ranks do not say the opposite of the mean.
        disagreement: Where the mean would show one to be better, but the ranks say the opposite: both facts in words.
        detectable: Where no difference is shown: the smallest one that these cases would show four times in five.
            ``None`` where one is shown, and where it is unknown: with one content or style, or without scatter.
    """

    metric: str
    first: str
    second: str
    difference: Estimate
    effect: float
    first_wins: int
    second_wins: int
    p_value: float
    p_holm: float
    corrected: Interval | None = None
    better: str = ""
    disagreement: str = ""
    detectable: float | None = None

    def mirrored(self) -> MethodComparison:
        """Returns the same comparison with the two methods in the other order."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            difference=replace(
                self.difference,
                mean=0.0 - self.difference.mean,
                interval=self.difference.interval and self.difference.interval.mirrored(),
            ),
            effect=0.0 - self.effect,
            first_wins=self.second_wins,
            second_wins=self.first_wins,
            corrected=self.corrected and self.corrected.mirrored(),
        )


def compare_methods(run: RunRecords) -> list[MethodComparison]:
    """Compares every two methods of a run, controls excepted, by every metric that ranks.

    Two methods are compared on the cases for which both have a score; two that share none are left out.

    Args:
        run: The run.
    """
    comparisons: list[MethodComparison] = []
    for metric in ranking_metrics(run):
        table = ScoreTable(run, metric.name, metric.direction)
        pairs = itertools.combinations(table.scored(ranked_methods(run)), 2)
        comparisons += compare_pairs(metric.name, {pair: table.paired(list(pair)) for pair in pairs}, table.sign)
    return comparisons


def compare_pairs(
    metric: str, pairs: Mapping[tuple[str, str], PairedScores], sign: float = 1.0
) -> list[MethodComparison]:
    """Compares pairs of methods by one metric, corrected for their number; those that share no case are left out.

    Args:
        metric: Name of the metric.
        pairs: By the names of two methods, their scores on the cases that both have.
        sign: 1 where higher scores are better, −1 where lower ones are.
    """
    compared = [_compare(metric, *names, paired, sign) for names, paired in pairs.items() if len(paired.values)]
    corrected = holm([comparison.p_value for comparison in compared])
    return [
        _judged(comparison, sign, test, len(compared)) for comparison, test in zip(compared, corrected, strict=True)
    ]


def _compare(metric: str, first: str, second: str, paired: PairedScores, sign: float) -> MethodComparison:
    differences = paired.values[:, 0] - paired.values[:, 1]
    difference = crossed_estimate(differences, paired.contents, paired.styles)
    gains = sign * differences
    p_value = t_test(difference)
    return MethodComparison(
        metric=metric,
        first=first,
        second=second,
        difference=difference,
        effect=rank_biserial(gains),
        first_wins=int(np.count_nonzero(gains > 0)),
        second_wins=int(np.count_nonzero(gains < 0)),
        p_value=p_value,
        p_holm=p_value,
    )


def _judged(comparison: MethodComparison, sign: float, test: CorrectedTest, tests: int) -> MethodComparison:
    interval = t_interval(comparison.difference, 1 - ALPHA / test.tests)
    comparison = replace(comparison, p_holm=test.p_value, corrected=interval)
    disagreement = ""
    if test.p_value < ALPHA and interval is not None and interval.excludes_zero:
        gain = sign * comparison.difference.mean
        disagreement = _disagreement(comparison, gain)
        if not disagreement:
            return replace(comparison, better=comparison.first if gain > 0 else comparison.second)
    return replace(
        comparison, disagreement=disagreement, detectable=detectable_difference(comparison.difference, tests)
    )


def _disagreement(comparison: MethodComparison, gain: float) -> str:
    """Says how the ranks contradict the mean, or returns an empty string where they do not.

    They do where the signed ranks of the differences (the effect) or the ranks within cases (who wins more of them)
    favour the other method.
    """
    names = (comparison.first, comparison.second)
    by_mean, other = names if gain > 0 else names[::-1]
    wins, losses = comparison.first_wins, comparison.second_wins
    if gain < 0:
        wins, losses = losses, wins
    if losses > wins:
        return f"the mean favours {by_mean}, but {other} is better in {losses} of {comparison.difference.cases} cases"
    if gain * comparison.effect < 0:
        return f"the mean favours {by_mean}, but the ranks of the differences favour {other}"
    return ""


def detectable_difference(difference: Estimate, tests: int) -> float | None:
    """Returns the smallest mean difference that cases with this scatter show with a power of about 80 %.

    It is δ · s: s the standard error, and δ the non-centrality at which a non-central t variable of m − 1 degrees of
    freedom exceeds the critical value with a probability of 80 %. The critical value is that of 5 % / ``tests``, Holm's
    strictest step.

    Args:
        difference: A mean difference of two methods.
        tests: Number of pairs that are compared by the metric.

    Returns:
        The difference, in the unit of the metric, or ``None`` where there is no standard error, or no scatter.
    """
    from scipy.special import nctdtrinc, stdtrit

    if not difference.standard_error:
        return None
    freedom = difference.levels - 1
    critical = float(stdtrit(freedom, 1 - ALPHA / (2 * tests)))
    return float(nctdtrinc(freedom, 1 - POWER, critical)) * difference.standard_error
