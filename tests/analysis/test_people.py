"""Metrics held against people: a known correlation is inside the interval as often as it states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmark.analysis.people import Verdict, against_people, own_question, spearman, spearman_interval
from benchmark.store.people import Agreement, Outcome, PictureScore, QuestionResult, Strength
from benchmark.store.questions import Question
from tests.analysis.conftest import LOSS, SSIM, make_run

NOTHING = Agreement(None, None, None, 0)


def said(strengths: dict[str, float | None], pictures: dict[tuple[str, str], float]) -> QuestionResult:
    rows = tuple(Strength(name, value, None, None, 0, 0, 0) for name, value in strengths.items())
    outcome = Outcome(1, 1, 1, rows, "", (), (), NOTHING, 0, 0, None)
    scores = tuple(PictureScore(method, case, score, 5) for (method, case), score in pictures.items())
    return QuestionResult(Question.STYLE, outcome, None, scores)


def study_of(quality: np.ndarray) -> QuestionResult:
    """What people with no noise say of M methods on contents × styles."""
    methods, contents, styles = quality.shape
    pictures = {
        (f"m{m}", f"c{c}--s{s}"): float(1 / (1 + np.exp(-quality[m, c, s])))
        for m in range(methods)
        for c in range(contents)
        for s in range(styles)
    }
    return said({f"m{m}": float(quality[m].mean()) for m in range(methods)}, pictures)


def test_a_metric_that_says_what_people_say_correlates_perfectly_whatever_its_direction() -> None:
    generator = np.random.default_rng(0)
    quality = generator.normal(size=(6, 3, 3)) + np.arange(6)[:, None, None] / 2
    run = make_run({f"m{m}": {"ssim": quality[m], "loss": -3 * quality[m]} for m in range(6)}, metrics=(SSIM, LOSS))
    for found in against_people(run, study_of(quality)):
        assert found.over_methods.value == pytest.approx(1)
        assert found.within_cases.value == pytest.approx(1)
        assert found.within_cases.verdict is Verdict.AGREES


def test_a_metric_that_contradicts_people_is_said_to_disagree() -> None:
    quality = np.random.default_rng(0).normal(size=(4, 4, 4))
    run = make_run({f"m{m}": {"ssim": -quality[m]} for m in range(4)}, metrics=(SSIM,))
    (found,) = against_people(run, study_of(quality))
    assert found.within_cases.verdict is Verdict.DISAGREES


def test_what_few_methods_or_cases_say_cannot_be_told() -> None:
    quality = np.random.default_rng(0).normal(size=(2, 3, 3))
    run = make_run({f"m{m}": {"ssim": quality[m]} for m in range(2)}, metrics=(SSIM,))
    (found,) = against_people(run, study_of(quality))
    assert found.over_methods.value is None
    assert found.within_cases.count == 0
    assert {found.over_methods.verdict, found.within_cases.verdict} == {Verdict.UNTOLD}


def test_only_cases_that_people_saw_and_the_metric_scored_count() -> None:
    quality = np.random.default_rng(0).normal(size=(5, 2, 2))
    run = make_run({f"m{m}": {"ssim": quality[m]} for m in range(5)}, metrics=(SSIM,))
    seen = {(f"m{m}", "c0--s1"): float(m) / 5 for m in range(5)}
    (found,) = against_people(run, said({f"m{m}": float(m) for m in range(5)}, seen))
    assert found.within_cases.count == 1
    assert found.over_methods.value == spearmanr(quality[:, 0, 1], range(5)).statistic


def test_spearman_is_the_usual_one_and_none_where_all_are_equal() -> None:
    values = np.random.default_rng(0).integers(5, size=(2, 20))
    assert spearman(*values) == pytest.approx(spearmanr(*values).statistic)
    assert spearman([1, 1, 1], [1, 2, 3]) is None


def test_an_interval_is_symmetric_and_within_what_is_possible() -> None:
    for value in (-1.0, -0.3, 0.0, 0.9, 1.0):
        interval, mirrored = spearman_interval(value, 7), spearman_interval(-value, 7)
        assert interval is not None
        assert mirrored is not None
        assert -1 <= interval.low <= value <= interval.high <= 1
        assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low))
    assert spearman_interval(0.5, 4) is None


@pytest.mark.parametrize("methods", [5, 8, 20])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_a_known_correlation_over_methods_is_inside_the_interval(methods: int, correlation: float) -> None:
    """Of normal numbers with the correlation ρ, Spearman's is 6/π · asin(ρ/2)."""
    truth = 6 / math.pi * math.asin(correlation / 2)
    generator, inside = np.random.default_rng(methods), 0
    for _ in range(300):
        people, noise = generator.normal(size=(2, methods))
        metric = correlation * people + math.sqrt(1 - correlation**2) * noise
        value = spearman(metric, people)
        assert value is not None
        interval = spearman_interval(value, methods)
        assert interval is not None
        inside += interval.low <= truth <= interval.high
    assert inside >= 0.93 * 300


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_a_known_correlation_within_cases_is_inside_the_interval(correlation: float) -> None:
    """Of K normal numbers, Spearman's is 6/(π (K + 1)) · (asin ρ + (K − 2) asin(ρ/2)) on average."""
    methods, contents, styles = 4, 4, 4
    truth = 6 / (math.pi * (methods + 1)) * (math.asin(correlation) + (methods - 2) * math.asin(correlation / 2))
    generator, inside = np.random.default_rng(1), 0
    for _ in range(300):
        quality, noise = generator.normal(size=(2, methods, contents, styles))
        metric = correlation * quality + math.sqrt(1 - correlation**2) * noise
        run = make_run({f"m{m}": {"ssim": metric[m]} for m in range(methods)}, metrics=(SSIM,))
        (found,) = against_people(run, study_of(quality))
        interval = found.within_cases.interval
        assert interval is not None
        inside += interval.low <= truth <= interval.high
    assert inside >= 0.93 * 300


@pytest.mark.parametrize(
    ("axis", "question"),
    [
        ("content", Question.CONTENT),
        ("style", Question.STYLE),
        ("text", Question.TEXT),
        ("beauty", Question.PREFERENCE),
    ],
)
def test_a_metric_answers_the_question_of_its_axis(axis: str, question: Question) -> None:
    assert own_question(axis) is question
