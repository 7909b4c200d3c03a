"""What people saw: for each question of a study, the methods as people rank them, and metrics held against that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.analysis.people import (
    LEAST_METHODS,
    Correlation,
    Verdict,
    against_people,
    own_question,
    worth_to_people,
)
from benchmark.store.people import Origin
from benchmark.store.questions import WORDINGS
from benchmark.wording import format_count
from reports.tables.formatting import MINUS, NOTHING
from reports.tables.interval_bar import IntervalBar, IntervalScale
from reports.tables.titles import method_titles, metric_titles

if TYPE_CHECKING:
    from benchmark.analysis.interval import Interval
    from benchmark.store.people import Outcome, QuestionResult, StudyResult
    from benchmark.store.records import MetricRecord, RunRecords


@dataclass(frozen=True)
class MethodRow:
    """A method as people ranked it, with how often it won, tied and lost."""

    title: str
    strength: str
    interval: str
    bar: IntervalBar | None
    record: str
    with_left_out: str


@dataclass(frozen=True)
class CorrelationCell:
    """A correlation with people: its number, its interval, what it is of, and what it says.

    ``told`` is the verdict, ``verdict`` its words, with the reason where nothing can be told for lack of methods.
    """

    value: str
    interval: str
    count: str
    verdict: str
    told: Verdict


@dataclass(frozen=True)
class MetricRow:
    """A metric held against people. ``is_own`` says that the question is the one that the metric answers."""

    title: str
    is_own: bool
    over_methods: CorrelationCell
    within_cases: CorrelationCell


@dataclass(frozen=True)
class QuestionTable:
    """What people said to one question, and the metrics that are held against it."""

    title: str
    sentence: str
    counts: str
    agreement: str
    problem: str
    undecided: tuple[str, ...]
    methods: tuple[MethodRow, ...]
    metrics: tuple[MetricRow, ...]
    has_left_out: bool


@dataclass(frozen=True)
class PeopleTable:
    """The result of one study."""

    title: str
    facts: tuple[str, ...]
    questions: tuple[QuestionTable, ...]


def build_people(run: RunRecords) -> tuple[PeopleTable, ...]:
    """Arranges the results of studies of a run.

    Args:
        run: The run.
    """
    return tuple(
        PeopleTable(study.title, _facts(study), tuple(_question(run, question) for question in study.questions))
        for study in run.people
    )


def worth(run: RunRecords, metric: MetricRecord) -> str:
    """Returns what a metric is worth: as people of a study of this run say, else as published, else a dash.

    Args:
        run: The run, with the results of studies.
        metric: The metric.
    """
    if found := worth_to_people(run, metric):
        study, question, held = found
        cells = [
            f"{cell.value} {cell.interval} {words}".replace("  ", " ")
            for cell, words in (
                (_cell(held.within_cases, "case"), "within cases"),
                (_cell(held.over_methods, "method"), "over methods"),
            )
            if cell.value != NOTHING
        ]
        if cells:
            return f"measured, {WORDINGS[question].title.lower()}: {'; '.join(cells)} ({study.title})"
    return f"published, {metric.people}" if metric.people else NOTHING


def _facts(study: StudyResult) -> tuple[str, ...]:
    people = format_count(study.people, "person", "people")
    if study.origin is Origin.IMPORT:
        return (f"Ratings that existed, of {people}.", *study.notes)
    gone = len(study.left_out)
    facts = [f"{people} answered, {gone or 'none'} of them left out. The rule, stated before: {study.rule}."]
    if study.unread:
        facts.append(f"{format_count(len(study.unread), 'file')} of answers could not be counted.")
    return (*facts, *study.notes)


def _question(run: RunRecords, result: QuestionResult) -> QuestionTable:
    kept, titles = result.kept, metric_titles(run)
    axes = {metric.name: str(metric.axis) for metric in run.metrics}
    return QuestionTable(
        title=WORDINGS[result.question].title,
        sentence=WORDINGS[result.question].sentence,
        counts=(
            f"{format_count(kept.answers, 'answer')} of {format_count(kept.people, 'person', 'people')} about"
            f" {format_count(kept.cases, 'case')}"
        ),
        agreement=_agreement(kept),
        problem=kept.problem,
        undecided=_undecided(run, kept),
        methods=_methods(run, result),
        metrics=tuple(
            MetricRow(
                titles[found.metric],
                own_question(axes[found.metric]) is result.question,
                _cell(found.over_methods, "method"),
                _cell(found.within_cases, "case"),
            )
            for found in against_people(run, result)
        ),
        has_left_out=result.everybody is not None,
    )


def _methods(run: RunRecords, result: QuestionResult) -> tuple[MethodRow, ...]:
    titles = method_titles(run)
    rows = sorted(result.kept.strengths, key=lambda one: -(one.value if one.value is not None else 0.0))
    ends = [end for one in rows for end in (one.value, one.low, one.high) if end is not None]
    scale = IntervalScale.over(ends, logarithmic=False) if ends else None
    others = {one.method: one for one in result.everybody.strengths} if result.everybody else {}
    return tuple(
        MethodRow(
            titles.get(one.method, one.method),
            _number(one.value),
            _ends(one.low, one.high),
            scale.bar(one.value, one.low, one.high) if scale and one.value is not None else None,
            f"{one.wins} / {one.ties} / {one.losses}",
            _number(others[one.method].value) if one.method in others else "",
        )
        for one in rows
    )


def _undecided(run: RunRecords, outcome: Outcome) -> tuple[str, ...]:
    titles = method_titles(run)
    sentences = []
    for one in outcome.differences:
        if one.is_shown:
            continue
        pair = f"{titles.get(one.first, one.first)} and {titles.get(one.second, one.second)}"
        more = (
            "over a hundred times as many answers" if one.more_answers is None else f"{one.more_answers:,} more answers"
        )
        sentences.append(f"{pair}: {more}")
    return tuple(sentences)


def _agreement(outcome: Outcome) -> str:
    agreement = outcome.agreement
    words = "agreement of people cannot be told"
    if agreement.value is not None:
        words = f"Krippendorff’s α {_number(agreement.value)} {_ends(agreement.low, agreement.high)}".rstrip()
    if outcome.repeats:
        words += f"; {outcome.same} of {format_count(outcome.repeats, 'repeated pair')} answered alike"
    return words


def _cell(correlation: Correlation, noun: str) -> CorrelationCell:
    interval: Interval | None = correlation.interval
    verdict = str(correlation.verdict)
    if interval is None and noun == "method" and correlation.count < LEAST_METHODS:
        verdict = f"{verdict}: fewer than {LEAST_METHODS} methods"
    return CorrelationCell(
        _number(correlation.value) or NOTHING,
        _ends(interval.low, interval.high) if interval else "",
        format_count(correlation.count, noun),
        verdict,
        correlation.verdict,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".replace("-", MINUS)


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{_number(low)}, {_number(high)}]"
