"""Metrics held against people: how far a metric orders methods, and the pictures of a case, as people did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from benchmark.analysis.interval import Interval, crossed_estimate
from benchmark.analysis.level import LEVEL
from benchmark.analysis.scores import ScoreTable
from benchmark.contracts.metric import Axis, Direction
from benchmark.store.people import QuestionResult, StudyResult
from benchmark.store.questions import Question
from benchmark.store.records import MetricRecord, RunRecords

LEAST_METHODS: Final = 5
"""With fewer methods, hardly any order is surprising."""
_LEAST_PICTURES: Final = 3
_OWN_QUESTION: Final = {
    Axis.CONTENT.value: Question.CONTENT,
    Axis.STYLE.value: Question.STYLE,
    Axis.TEXT.value: Question.TEXT,
}


class Verdict(StrEnum):
    """What a correlation with people says."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNTOLD = "cannot be told"


@dataclass(frozen=True)
class Correlation:
    """A rank correlation with people.

    Attributes:
        value: Spearman's, 1 where a metric's better end is what people chose; ``None`` where there is none.
        interval: Its 95 % interval, or ``None``.
        count: Number of methods or of cases that it is of.
    """

    value: float | None
    interval: Interval | None
    count: int

    @property
    def verdict(self) -> Verdict:
        """Agreement or disagreement where the interval excludes zero."""
        if self.interval is None or not self.interval.excludes_zero:
            return Verdict.UNTOLD
        return Verdict.AGREES if self.interval.low > 0 else Verdict.DISAGREES


@dataclass(frozen=True)
class MetricAgainstPeople:
    """A metric held against one question.

    Attributes:
        metric: Name of the metric.
        over_methods: Between its means and people's strengths of the methods.
        within_cases: The mean over cases of that between its scores and people's of the pictures of a case.
    """

    metric: str
    over_methods: Correlation
    within_cases: Correlation


def own_question(axis: str) -> Question:
    """Returns the question that a metric of an axis answers: its own, or else what people prefer."""
    return _OWN_QUESTION.get(axis, Question.PREFERENCE)


def against_people(run: RunRecords, result: QuestionResult) -> list[MetricAgainstPeople]:
    """Holds every metric of a run that ranks against what people said.

    Over methods it is the correlation of the mean scores, over the cases that people saw and that all these methods
    have a score for, with the strengths of Bradley and Terry (see ``spearman_interval``). Within cases it is the mean
    over cases of the correlation over the pictures of a case, at least three, of scores with the shares that people
    chose; its interval is that of any mean over cases. Noise of few answers makes both smaller than they are.

    Args:
        run: The run.
        result: What people answered to one question.
    """
    known = {method.name for method in run.methods}
    strengths = {
        one.method: one.value for one in result.kept.strengths if one.value is not None and one.method in known
    }
    shares: dict[str, dict[str, float]] = {}
    for picture in result.pictures:
        if picture.method in known:
            shares.setdefault(picture.case, {})[picture.method] = picture.score
    found = []
    for metric in run.metrics:
        if metric.unavailable or metric.direction is Direction.NEITHER:
            continue
        if metric.is_set_metric:
            found.append(
                MetricAgainstPeople(metric.name, _of_set_metric(run, metric, strengths), Correlation(None, None, 0))
            )
        elif metric.name in run.units:
            table = ScoreTable(run, metric.name, metric.direction)
            found.append(
                MetricAgainstPeople(
                    metric.name, _over_methods(table, strengths, shares), _within_cases(run, metric, shares)
                )
            )
    return found


def worth_to_people(run: RunRecords, metric: MetricRecord) -> tuple[StudyResult, Question, MetricAgainstPeople] | None:
    """Finds what a study of the run says a metric is worth, by the question that the metric answers.

    Args:
        run: The run, with the results of studies.
        metric: The metric.

    Returns:
        The study, the question, and the correlations; ``None`` where no study asked that question.
    """
    question = own_question(str(metric.axis))
    for study in run.people:
        for result in study.questions:
            if result.question is question:
                for found in against_people(run, result):
                    if found.metric == metric.name:
                        return study, question, found
    return None


def _of_set_metric(run: RunRecords, metric: MetricRecord, strengths: Mapping[str, float]) -> Correlation:
    sign = -1 if metric.direction is Direction.LOWER else 1
    scores = {
        row.method: sign * row.mean
        for row in run.summary
        if row.metric == metric.name and row.mean is not None and row.method in strengths
    }
    return _correlation(list(scores.values()), [strengths[method] for method in scores])


def _over_methods(
    table: ScoreTable, strengths: Mapping[str, float], shares: Mapping[str, Mapping[str, float]]
) -> Correlation:
    methods = table.scored(strengths)
    if not methods:
        return Correlation(None, None, 0)
    paired = table.paired(methods)
    seen = [place for place, case in enumerate(paired.cases) if case in shares]
    if not seen:
        return Correlation(None, None, 0)
    return _correlation(table.sign * paired.values[seen].mean(axis=0), [strengths[method] for method in methods])


def _within_cases(run: RunRecords, metric: MetricRecord, shares: Mapping[str, Mapping[str, float]]) -> Correlation:
    sign = -1 if metric.direction is Direction.LOWER else 1
    cases = {case.id: case for case in run.cases}
    scores: dict[str, dict[str, float]] = {}
    for method, case, score in run.units[["method", "case", metric.name]].itertuples(index=False):
        if score is not None and not math.isnan(score):
            scores.setdefault(str(case), {})[str(method)] = sign * float(score)
    values, contents, styles = [], [], []
    for name, said in shares.items():
        both = [method for method in said if method in scores.get(name, {})]
        if name not in cases or len(both) < _LEAST_PICTURES:
            continue
        value = spearman([scores[name][method] for method in both], [said[method] for method in both])
        if value is not None:
            values.append(value)
            contents.append(cases[name].content)
            styles.append(cases[name].style)
    if not values:
        return Correlation(None, None, 0)
    estimate = crossed_estimate(values, contents, styles)
    interval = estimate.interval.within(-1, 1) if estimate.interval else None
    return Correlation(estimate.mean, interval, len(values))


def _correlation(first: ArrayLike, second: ArrayLike) -> Correlation:
    count = len(np.asarray(first))
    value = spearman(first, second) if count >= _LEAST_PICTURES else None
    return Correlation(value, None if value is None else spearman_interval(value, count), count)


def spearman(first: ArrayLike, second: ArrayLike) -> float | None:
    """Computes Spearman's rank correlation, tied values at their mean rank; ``None`` where all of one are equal.

    Args:
        first: N numbers.
        second: N others.
    """
    from scipy.stats import rankdata

    ranks = [rankdata(np.asarray(values, dtype=np.float64)) for values in (first, second)]
    left, right = (values - values.mean() for values in ranks)
    scale = math.sqrt(float(left @ left) * float(right @ right))
    return float(left @ right) / scale if scale else None


def spearman_interval(value: float, count: int, level: float = LEVEL) -> Interval | None:
    """Returns an interval of Spearman's correlation, in which the things that are ranked are a sample of such things.

    It is tanh(artanh ρ ± z · √((1 + ρ²/2) / (N − 3))) of Bonett & Wright (2000), "Sample size requirements for
    estimating Pearson, Kendall and Spearman correlations", Psychometrika 65(1), z the normal quantile. A perfect order
    is taken for half a step less, 1 − 6 / (N (N² − 1)): a finite number of things never shows it to be perfect.

    Args:
        value: The correlation.
        count: N, the number of things.
        level: Share of such intervals that should contain the truth.

    Returns:
        The interval, or ``None`` for fewer than five things.
    """
    from scipy.special import ndtri

    if count < LEAST_METHODS:
        return None
    limit = 1 - 6 / (count * (count**2 - 1))
    clipped = min(max(value, -limit), limit)
    arm = float(ndtri((1 + level) / 2)) * math.sqrt((1 + clipped**2 / 2) / (count - 3))
    middle = math.atanh(clipped)
    high = 1.0 if value > limit else math.tanh(middle + arm)
    low = -1.0 if value < -limit else math.tanh(middle - arm)
    return Interval(low, high)


def studies_of(run: RunRecords, results: Sequence[StudyResult]) -> tuple[StudyResult, ...]:
    """Returns the results of studies of a run's pictures: those of the same protocol and some of its methods.

    Args:
        run: The run.
        results: Results of studies.
    """
    known = {method.name for method in run.methods}
    return tuple(
        result
        for result in results
        if result.fingerprint == run.protocol.get("fingerprint")
        and any(one.method in known for question in result.questions for one in question.kept.strengths)
    )


def with_studies(run: RunRecords, results: Sequence[StudyResult]) -> RunRecords:
    """Gives a run, and each of those that it is one table of, what people said of its pictures.

    Args:
        run: The run.
        results: Results of studies.
    """
    originals = tuple(with_studies(original, results) for original in run.runs)
    return replace(run, people=studies_of(run, results), runs=originals)
