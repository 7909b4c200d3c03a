"""The model of Bradley and Terry: exact data, what must hold of any, and simulated people with a known truth."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from benchmark.study.bradley_terry import NoStrengthsError, differences_of, fit, fit_strengths, strengths_of
from benchmark.study.votes import Vote, Votes
from tests.study.raters import Truth

NAMES = ("a", "b", "c")
EXACT = np.array([[0, 8, 16], [2, 0, 8], [1, 2, 0]], dtype=float)
"""Odds of 4 between neighbours, and of 16 = 4 · 4 between the ends."""


def votes_of(outcomes: list[tuple[int, int, float]]) -> Votes:
    """Votes of five people about seven cases, in turn."""
    return Votes(
        NAMES,
        tuple(Vote(f"p{n % 5}", f"c{n % 7}", first, second, o) for n, (first, second, o) in enumerate(outcomes)),
    )


MIXED = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0), (1, 0, 1.0), (2, 1, 0.5), (2, 0, 0.0), (2, 1, 1.0), (0, 1, 0.5)] * 8


def test_exact_odds_give_their_logarithms() -> None:
    assert fit_strengths(EXACT, NAMES) == pytest.approx([math.log(4), 0, -math.log(4)], abs=1e-6)


def test_the_likelihood_has_its_maximum_there() -> None:
    """The gradient, Σ_j (wins against j − comparisons with j · P(win)), vanishes."""
    wins = votes_of(MIXED).wins()
    strengths = fit_strengths(wins, NAMES)
    chance = 1 / (1 + np.exp(strengths[None] - strengths[:, None]))
    assert ((wins - (wins + wins.T) * chance).sum(axis=1)) == pytest.approx([0, 0, 0], abs=1e-5)


def test_ties_alone_make_all_equal() -> None:
    outcomes = [(first, second, 0.5) for first, second in itertools.combinations(range(3), 2)] * 4
    assert fit_strengths(votes_of(outcomes).wins(), NAMES) == pytest.approx([0, 0, 0], abs=1e-6)


def test_reversed_answers_negate_strengths() -> None:
    reversed_ = [(first, second, 1 - outcome) for first, second, outcome in MIXED]
    assert fit_strengths(votes_of(reversed_).wins(), NAMES) == pytest.approx(
        abs=1e-6, expected=-fit_strengths(votes_of(MIXED).wins(), NAMES)
    )


def test_the_side_on_which_a_method_stands_does_not_matter() -> None:
    exchanged = [(second, first, 1 - outcome) for first, second, outcome in MIXED]
    assert votes_of(exchanged).wins() == pytest.approx(votes_of(MIXED).wins())


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ([(0, 1, 1.0), (1, 0, 1.0)], "no answer compares c with the other methods"),
        ([(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0), (2, 1, 1.0)], "a won every comparison"),
    ],
    ids=["not compared", "never lost"],
)
def test_what_has_no_finite_strengths_is_refused_with_the_reason(
    outcomes: list[tuple[int, int, float]], reason: str
) -> None:
    with pytest.raises(NoStrengthsError, match=reason):
        fit_strengths(votes_of(outcomes).wins(), NAMES)


def test_four_times_the_people_halve_the_interval() -> None:
    """Where neither people nor cases matter, standard errors shrink with the root of the number of answers."""
    truth = Truth((0.5, 0.0, -0.5))
    contrast = np.array([1.0, -1.0, 0.0])
    errors = []
    for people, cases in ((40, 40), (160, 160)):
        fitted = fit(truth.draw(np.random.default_rng(1), people, cases, 20), np.random.default_rng(2), rounds=200)
        errors.append(fitted.standard_error(contrast))
    few, many = errors
    assert few is not None
    assert many is not None
    assert few / many == pytest.approx(2, rel=0.25)


def test_one_person_and_one_case_say_nothing_about_others() -> None:
    votes = Votes(NAMES, tuple(dataclasses.replace(v, person="p", case="c") for v in votes_of(MIXED).votes))
    fitted = fit(votes, np.random.default_rng(0), rounds=50)
    assert fitted.interval(np.array([1.0, -1.0, 0.0])) is None
    assert [one.low for one in strengths_of(votes, fitted)] == [None] * 3
    assert differences_of(votes, fitted) == ()


def test_a_difference_that_is_not_shown_says_what_would_show_it() -> None:
    truth = Truth((0.15, 0.0, -2.0), people=0.3, cases=0.3)
    votes = truth.draw(np.random.default_rng(4), 20, 12, 15)
    found = {(one.first, one.second): one for one in differences_of(votes, fit(votes, np.random.default_rng(0), 100))}
    assert found["m0", "m2"].is_shown
    assert found["m0", "m2"].more_answers == 0
    near = found["m0", "m1"]
    assert not near.is_shown
    assert near.more_answers is None or near.more_answers > 0


@pytest.mark.parametrize(
    "truth",
    [Truth((0.6, 0.1, -0.7)), Truth((0.6, 0.1, -0.7), people=0.5, cases=0.5)],
    ids=["alike", "people and cases differ"],
)
def test_intervals_cover_the_truth_of_simulated_people(truth: Truth) -> None:
    """The long simulation is tools/simulate_study.py; the model without people and cases has the truth as its own."""
    generator = np.random.default_rng(7)
    contrast, hits, runs = np.array([1.0, 0.0, -1.0]), 0, 40
    expected = marginal_difference(truth)
    for _ in range(runs):
        interval = fit(truth.draw(generator, 20, 20, 12), generator, rounds=40).interval(contrast)
        assert interval is not None
        hits += interval.low <= expected <= interval.high
    assert hits >= 0.85 * runs


def marginal_difference(truth: Truth) -> float:
    """Difference of the outer strengths that the model has for endless people and cases, whose effects it averages."""
    generator, count = np.random.default_rng(0), len(truth.strengths)
    spread = math.hypot(truth.people, truth.cases)
    levels = np.asarray(truth.strengths) + spread * generator.normal(size=(200_000, count))
    wins = np.zeros((count, count))
    for i, j in itertools.permutations(range(count), 2):
        wins[i, j] = (1 / (1 + np.exp(levels[:, j] - levels[:, i]))).mean()
    strengths = fit_strengths(wins, tuple(f"m{n}" for n in range(count)))
    return float(strengths[0] - strengths[-1])
