"""The design of a study is balanced, in its sides, methods, cases and questions, for everyone and together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.store.questions import Question
from benchmark.study.design import DesignSize, Possible, make_forms
from benchmark.study.study import Comparison, Kind

SIZE = DesignSize(forms=20, pairs=24, repeats=3, checks=4, overlap=3)
CASES = tuple(range(10))
POSSIBLE = Possible(
    methods=4,
    cases={Question.STYLE: CASES, Question.CONTENT: CASES},
    available=np.ones((4, 10), dtype=bool),
    checks={Question.CONTENT: (4, CASES), Question.STYLE: (5, CASES)},
)


@pytest.fixture(scope="module")
def forms() -> tuple[tuple[Comparison, ...], ...]:
    return make_forms(POSSIBLE, SIZE, seed=0)


def votes(form: tuple[Comparison, ...]) -> list[Comparison]:
    return [shown for shown in form if shown.kind is Kind.VOTE]


def test_a_form_has_what_is_asked_for(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    assert len(forms) == 20
    for form in forms:
        assert Counter(shown.kind for shown in form) == {Kind.VOTE: 24, Kind.REPEAT: 3, Kind.CHECK: 4}


def test_nobody_compares_the_same_twice_but_in_repeats(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    for form in forms:
        seen = [(shown.question, shown.case, frozenset((shown.left, shown.right))) for shown in votes(form)]
        assert len(set(seen)) == len(seen)


def test_questions_are_asked_equally_often_of_everyone(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    for form in forms:
        counts = Counter(shown.question for shown in votes(form))
        assert abs(counts[Question.STYLE] - counts[Question.CONTENT]) <= 2


def test_pairs_of_methods_and_cases_occur_equally_often(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    everything = [shown for form in forms for shown in votes(form)]
    pairs = Counter((shown.question, frozenset((shown.left, shown.right))) for shown in everything)
    cases = Counter(shown.case for shown in everything)
    assert len(pairs) == 12
    assert max(pairs.values()) - min(pairs.values()) <= 4
    assert max(cases.values()) - min(cases.values()) <= 6


def test_each_method_of_a_pair_is_on_the_left_equally_often(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    lefts: Counter[tuple[object, ...]] = Counter()
    for form in forms:
        for shown in votes(form):
            first, second = sorted((shown.left, shown.right))
            lefts[shown.question, first, second] += 1 if shown.left == first else -1
    assert max(map(abs, lefts.values())) <= 1


def test_every_comparison_is_answered_by_several_people(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    counts = Counter(
        (shown.question, shown.case, frozenset((shown.left, shown.right))) for form in forms for shown in votes(form)
    )
    assert min(counts.values()) >= 3


def test_a_repeat_shows_an_earlier_comparison_with_the_sides_exchanged(
    forms: tuple[tuple[Comparison, ...], ...],
) -> None:
    for form in forms:
        for place, shown in enumerate(form):
            if shown.kind is Kind.REPEAT:
                assert shown.repeats is not None
                before = form[shown.repeats]
                assert place - shown.repeats >= len(form) // 3
                assert (before.kind, before.question, before.case) == (Kind.VOTE, shown.question, shown.case)
                assert (before.left, before.right) == (shown.right, shown.left)


def test_checks_hold_what_wins_their_question_against_a_method_on_either_side(
    forms: tuple[tuple[Comparison, ...], ...],
) -> None:
    for form in forms:
        checks = [shown for shown in form if shown.kind is Kind.CHECK]
        for shown in checks:
            wins = POSSIBLE.checks[shown.question][0]
            assert wins in (shown.left, shown.right)
            assert min(shown.left, shown.right) < 4
        assert Counter(shown.left > 3 for shown in checks) == {True: 2, False: 2}


def test_a_seed_gives_the_same_forms_and_another_one_others(forms: tuple[tuple[Comparison, ...], ...]) -> None:
    assert make_forms(POSSIBLE, SIZE, seed=0) == forms
    assert make_forms(POSSIBLE, SIZE, seed=1) != forms


def test_what_has_no_picture_is_never_shown() -> None:
    available = np.ones((4, 10), dtype=bool)
    available[2, 3:] = False
    possible = Possible(4, POSSIBLE.cases, available, POSSIBLE.checks)
    for form in make_forms(possible, DesignSize(5, 20, 2, 2, 3), seed=0):
        assert all(
            available[method, shown.case] for shown in form for method in (shown.left, shown.right) if method < 4
        )


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (DesignSize(1, 121, 0, 0, 1), "there are 120 different comparisons, fewer than the 121"),
        (DesignSize(10_000, 24, 0, 0, 1), "a study holds 50,000"),
    ],
    ids=["too few", "too many"],
)
def test_what_cannot_be_asked_is_refused(size: DesignSize, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        make_forms(POSSIBLE, size, seed=0)
