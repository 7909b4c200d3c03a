"""Votes for one question: who preferred which of two methods on which case."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmark.store.people import PictureScore
from benchmark.store.questions import Question
from benchmark.study.sheet import Sheet
from benchmark.study.study import Choice, Comparison, Kind, Study

Indices = NDArray[np.intp]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Vote:
    """One answer that counts.

    Attributes:
        person: Who gave it.
        case: Name of the case.
        first: Number of a method.
        second: Number of the other.
        outcome: 1 if the first won, 0 if the second did, ½ for no difference.
    """

    person: str
    case: str
    first: int
    second: int
    outcome: float


@dataclass(frozen=True)
class Votes:
    """The votes for one question.

    Attributes:
        methods: Names of the methods.
        votes: The votes.
    """

    methods: tuple[str, ...]
    votes: tuple[Vote, ...]

    @property
    def people(self) -> int:
        """Number of people."""
        return len({vote.person for vote in self.votes})

    @property
    def cases(self) -> int:
        """Number of cases."""
        return len({vote.case for vote in self.votes})

    @cached_property
    def columns(self) -> tuple[Indices, Indices, Numbers, Indices, Indices]:
        """Arrays of N: first, second, outcome, number of the person, number of the case."""
        people = {name: place for place, name in enumerate(dict.fromkeys(vote.person for vote in self.votes))}
        cases = {name: place for place, name in enumerate(dict.fromkeys(vote.case for vote in self.votes))}
        return (
            np.array([vote.first for vote in self.votes], dtype=np.intp),
            np.array([vote.second for vote in self.votes], dtype=np.intp),
            np.array([vote.outcome for vote in self.votes], dtype=np.float64),
            np.array([people[vote.person] for vote in self.votes], dtype=np.intp),
            np.array([cases[vote.case] for vote in self.votes], dtype=np.intp),
        )

    def wins(self, weights: Numbers | None = None) -> Numbers:
        """Returns K×K numbers: how often the method of the row won against that of the column, ties as halves.

        Args:
            weights: N numbers, how often each vote counts; once where it is not given.
        """
        first, second, outcome, _, _ = self.columns
        count = len(self.methods)
        weights = np.ones(len(first)) if weights is None else weights
        won = np.bincount(first * count + second, weights * outcome, count * count)
        lost = np.bincount(second * count + first, weights * (1 - outcome), count * count)
        return np.asarray((won + lost).reshape(count, count), dtype=np.float64)

    def ratings(self) -> list[list[float]]:
        """The outcomes of each comparison (two methods on a case), from the same method's side."""
        found: dict[tuple[str, int, int], list[float]] = {}
        for vote in self.votes:
            first, second = sorted((vote.first, vote.second))
            outcome = vote.outcome if first == vote.first else 1 - vote.outcome
            found.setdefault((vote.case, first, second), []).append(outcome)
        return list(found.values())

    def picture_scores(self) -> tuple[PictureScore, ...]:
        """What people said of each picture; opponents count alike, however often each was met."""
        met: dict[tuple[str, int], dict[int, list[float]]] = {}
        for vote in self.votes:
            for one, other, outcome in (
                (vote.first, vote.second, vote.outcome),
                (vote.second, vote.first, 1 - vote.outcome),
            ):
                met.setdefault((vote.case, one), {}).setdefault(other, []).append(outcome)
        return tuple(
            PictureScore(
                self.methods[method],
                case,
                float(np.mean([np.mean(found) for found in opponents.values()])),
                sum(map(len, opponents.values())),
            )
            for (case, method), opponents in sorted(met.items())
        )


def answered(study: Study, sheets: Iterable[Sheet]) -> Iterator[tuple[Sheet, int, Comparison, Choice]]:
    """All answers with what they answer.

    Args:
        study: The study.
        sheets: The answers.
    """
    for sheet in sheets:
        form = study.forms[sheet.form]
        for place, answer in sorted(sheet.answers.items()):
            yield sheet, place, form[place], answer.choice


def votes_of(study: Study, sheets: Sequence[Sheet], question: Question) -> Votes:
    """The votes for a question: answers to comparisons of methods, without checks and repeats.

    Args:
        study: The study.
        sheets: The answers.
        question: The question.
    """
    return Votes(
        tuple(method.name for method in study.methods),
        tuple(
            Vote(sheet.participant, study.cases[shown.case].id, shown.left, shown.right, outcome_of(choice))
            for sheet, _, shown, choice in answered(study, sheets)
            if shown.kind is Kind.VOTE and shown.question is question
        ),
    )


def outcome_of(choice: Choice) -> float:
    """Returns 1 for the left picture, 0 for the right one, ½ for no difference."""
    return {Choice.LEFT: 1.0, Choice.RIGHT: 0.0, Choice.TIE: 0.5}[choice]


def votes_table(votes: Sequence[tuple[Question, Votes]]) -> str:
    """Returns all votes as CSV, a line each, which any other program can analyse anew.

    Args:
        votes: The votes for each question.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["question", "person", "case", "first", "second", "outcome"])
    for question, of_question in votes:
        for vote in of_question.votes:
            names = of_question.methods[vote.first], of_question.methods[vote.second]
            table.writerow([question.value, vote.person, vote.case, *names, f"{vote.outcome:g}"])
    return text.getvalue()
