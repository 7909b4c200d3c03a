"""The balanced design of a study: who compares which two pictures, with which question, on which sides."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import InputError
from benchmark.store.questions import Question
from benchmark.study.study import Comparison, Kind

MOST_COMPARISONS: Final = 50_000
"""Most comparisons of all forms together."""
Counts = NDArray[np.intp]


@dataclass(frozen=True)
class DesignSize:
    """How much is asked.

    Attributes:
        forms: Number of forms, one a participant.
        pairs: Number of comparisons of a form that count.
        repeats: Number of them that are shown again with the sides exchanged.
        checks: Number of comparisons whose answer is known.
        overlap: Number of people who should at least answer each comparison, so that their agreement can be told.
    """

    forms: int
    pairs: int
    repeats: int
    checks: int
    overlap: int

    @property
    def comparisons(self) -> int:
        """Number of comparisons of a form."""
        return self.pairs + self.repeats + self.checks


@dataclass(frozen=True)
class Possible:
    """What can be compared.

    Attributes:
        methods: Number of methods.
        cases: Cases that each question can be asked about, by question.
        available: Methods × cases: whether there is a picture.
        checks: For each question with a known answer: the candidate that wins, and the cases that have it.
    """

    methods: int
    cases: Mapping[Question, Sequence[int]]
    available: NDArray[np.bool_]
    checks: Mapping[Question, tuple[int, Sequence[int]]]


@dataclass(frozen=True)
class _Units:
    """Different comparisons, as columns: question, pair of methods and case of each."""

    questions: tuple[Question, ...]
    pairs: tuple[tuple[int, int], ...]
    question: Counts
    pair: Counts
    case: Counts

    def __len__(self) -> int:
        return len(self.case)

    def take(self, chosen: Sequence[int]) -> _Units:
        """Some of them."""
        rows = np.asarray(chosen, dtype=np.intp)
        return _Units(self.questions, self.pairs, self.question[rows], self.pair[rows], self.case[rows])


def make_forms(possible: Possible, size: DesignSize, seed: int) -> tuple[tuple[Comparison, ...], ...]:
    """Makes the forms of all participants.

    A pool of different comparisons is chosen, in which questions, pairs of methods and cases occur equally often as far
    as numbers allow; it is so small that each is asked ``overlap`` times or more. Every form takes those that were used
    least, of these the ones whose question, pair and case it has least. Each pair of methods is shown with either
    method on the left equally often (± 1, by question), repeats with the sides exchanged. Ties are broken, and forms
    are shuffled, by a random number generator that is seeded with the seed and the number of the form.

    Args:
        possible: What can be compared.
        size: How much is asked.
        seed: Seed of the design.

    Raises:
        InputError: There is less to compare than a form asks for, or all forms together are too much.
    """
    total = size.forms * size.comparisons
    if total > MOST_COMPARISONS:
        raise InputError(
            f"{size.forms:,} people with {size.comparisons} comparisons are {total:,}; a study holds"
            f" {MOST_COMPARISONS:,}: name fewer with --people or --pairs"
        )
    pool = _pool(possible, size, np.random.default_rng([seed, 0]))
    used = np.zeros(len(pool), dtype=np.intp)
    lefts: dict[tuple[Question, tuple[int, int]], int] = {}
    return tuple(
        _form(possible, size, pool, used, lefts, np.random.default_rng([seed, number]))
        for number in range(1, size.forms + 1)
    )


def _pool(possible: Possible, size: DesignSize, generator: np.random.Generator) -> _Units:
    questions, pairs = tuple(possible.cases), tuple(itertools.combinations(range(possible.methods), 2))
    rows = [
        (q, p, case)
        for q, question in enumerate(questions)
        for p, (first, second) in enumerate(pairs)
        for case in possible.cases[question]
        if possible.available[first, case] and possible.available[second, case]
    ]
    if len(rows) < size.pairs:
        raise InputError(
            f"there are {len(rows):,} different comparisons, fewer than the {size.pairs} that a person is to answer:"
            " name fewer with --pairs, or more methods, cases or questions"
        )
    columns = np.asarray(rows, dtype=np.intp).T
    units = _Units(questions, pairs, *columns)
    wanted = max(size.pairs, size.forms * size.pairs // size.overlap)
    if wanted >= len(units):
        return units
    balance = _Balance(units)
    free = np.ones(len(units), dtype=bool)
    chosen = []
    for _ in range(wanted):
        unit = balance.next(free, generator)
        free[unit] = False
        chosen.append(unit)
    return units.take(chosen)


class _Balance:
    """Chooses comparisons so that questions, pairs and cases occur equally often."""

    def __init__(self, units: _Units) -> None:
        self._units = units
        cases = int(units.case.max()) + 1
        self._cells = units.question * len(units.pairs) + units.pair
        self._of_question = np.zeros(len(units.questions), dtype=np.intp)
        self._of_cell = np.zeros(len(units.questions) * len(units.pairs), dtype=np.intp)
        self._of_pair = np.zeros(len(units.pairs), dtype=np.intp)
        self._of_case = np.zeros(cases, dtype=np.intp)

    def next(self, allowed: NDArray[np.bool_], generator: np.random.Generator) -> int:
        """Returns the number of a comparison among those allowed, and counts it."""
        units, left = self._units, np.flatnonzero(allowed)
        for counts, keys in (
            (self._of_question, units.question),
            (self._of_pair, units.pair),
            (self._of_cell, self._cells),
            (self._of_case, units.case),
        ):
            found = counts[keys[left]]
            left = left[found == found.min()]
        unit = int(generator.choice(left))
        for counts, keys in (
            (self._of_question, units.question),
            (self._of_pair, units.pair),
            (self._of_cell, self._cells),
            (self._of_case, units.case),
        ):
            counts[keys[unit]] += 1
        return unit


def _form(
    possible: Possible,
    size: DesignSize,
    pool: _Units,
    used: Counts,
    lefts: dict[tuple[Question, tuple[int, int]], int],
    generator: np.random.Generator,
) -> tuple[Comparison, ...]:
    balance = _Balance(pool)
    inside = np.zeros(len(pool), dtype=bool)
    votes: list[Comparison] = []
    for _ in range(size.pairs):
        free = np.where(inside, np.iinfo(np.intp).max, used)
        unit = balance.next(free == free.min(), generator)
        inside[unit] = True
        used[unit] += 1
        question, pair = pool.questions[pool.question[unit]], pool.pairs[pool.pair[unit]]
        # How much oftener the first of the pair was on the left.
        ahead = lefts.get((question, pair), 0)
        first_is_left = ahead < 0 if ahead else bool(generator.integers(2))
        lefts[question, pair] = ahead + (1 if first_is_left else -1)
        left, right = pair if first_is_left else pair[::-1]
        votes.append(Comparison(Kind.VOTE, question, int(pool.case[unit]), left, right))
    order = [votes[place] for place in generator.permutation(len(votes))]
    for check in _checks(possible, size.checks, generator):
        order.insert(int(generator.integers(1, len(order) + 1)), check)
    return (*order, *_repeats(order, size.repeats, generator))


def _checks(possible: Possible, number: int, generator: np.random.Generator) -> list[Comparison]:
    questions = list(possible.checks)
    if not questions:
        return []
    checks, start = [], int(generator.integers(2))
    for place in range(number):
        question = questions[(place + start) % len(questions)]
        control, cases = possible.checks[question]
        case = int(generator.choice(np.asarray(cases)))
        method = int(generator.choice(np.flatnonzero(possible.available[: possible.methods, case])))
        left, right = (control, method) if (place + start) // len(questions) % 2 == 0 else (method, control)
        checks.append(Comparison(Kind.CHECK, question, case, left, right))
    return checks


def _repeats(order: Sequence[Comparison], number: int, generator: np.random.Generator) -> list[Comparison]:
    """Comparisons of the first half, as far from their first showing as can be, with the sides exchanged."""
    early = [place for place, shown in enumerate(order) if shown.kind is Kind.VOTE][: max(number, len(order) // 2)]
    places = sorted(generator.permutation(np.asarray(early, dtype=np.intp))[:number])
    return [
        Comparison(Kind.REPEAT, shown.question, shown.case, shown.right, shown.left, repeats=int(place))
        for place in places
        for shown in (order[place],)
    ]
