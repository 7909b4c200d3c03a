"""Analyses the answers of a study: what people said to each question, with and without those who are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmark.errors import InputError
from benchmark.store.atomic import write_text
from benchmark.store.people import (
    Agreement,
    Origin,
    Outcome,
    QuestionResult,
    StudyResult,
    Unread,
    write_result,
)
from benchmark.store.questions import Question
from benchmark.study.answers import CollectedAnswers
from benchmark.study.bradley_terry import (
    ROUNDS,
    NoStrengthsError,
    differences_of,
    fit,
    strengths_of,
)
from benchmark.study.exclusion import leave_out
from benchmark.study.krippendorff import krippendorff_alpha
from benchmark.study.sheet import Sheet
from benchmark.study.study import Choice, Kind, Study
from benchmark.study.summary import summary_text
from benchmark.study.votes import Votes, answered, outcome_of, votes_of, votes_table

VOTES_FILE: Final = "votes.csv"
SUMMARY_FILE: Final = "summary.md"


@dataclass(frozen=True)
class Analysis:
    """The result, and the votes that it is of, which are written beside it."""

    result: StudyResult
    votes: tuple[tuple[Question, Votes], ...]

    def write(self, folder: Path) -> None:
        """Writes ``result.json``, ``votes.csv`` and ``summary.md``.

        Raises:
            InputError: They cannot be written.
        """
        write_text(folder / VOTES_FILE, votes_table(self.votes))
        write_text(folder / SUMMARY_FILE, summary_text(self.result))
        write_result(self.result, folder)


def analyse(study: Study, collected: CollectedAnswers, *, seed: int = 0, rounds: int = ROUNDS) -> Analysis:
    """Analyses answers.

    Args:
        study: The study.
        collected: The answers.
        seed: Seed of the resampling.
        rounds: Rounds of resampling of each kind.

    Raises:
        InputError: No answer can be counted.
    """
    sheets = collected.sheets
    if not sheets:
        reasons = [f"{one.source}: {one.reason}" for one in collected.set_aside[:1]] or ["nobody has answered"]
        raise InputError(f"none of {len(collected.set_aside)} sheets of answers can be counted; {reasons[0]}")
    left_out = leave_out(study, sheets)
    gone = {person.participant for person in left_out}
    kept = [sheet for sheet in sheets if sheet.participant not in gone]
    questions, votes = [], []
    for question in study.questions:
        counted = votes_of(study, kept, question)
        votes.append((question, counted))
        outcome = _outcome(study, kept, question, counted, seed, rounds)
        everybody = None
        if gone:
            everybody = _outcome(study, sheets, question, votes_of(study, sheets, question), seed, rounds)
        questions.append(QuestionResult(question, outcome, everybody, counted.picture_scores()))
    result = StudyResult(
        schema_version=1,
        origin=Origin.STUDY,
        study=study.id,
        title=study.title,
        fingerprint=study.fingerprint,
        runs=study.runs,
        rule=str(study.exclusion),
        people=len(sheets),
        left_out=left_out,
        unread=tuple(Unread(one.source, one.reason) for one in collected.set_aside),
        notes=collected.notes,
        questions=tuple(questions),
    )
    return Analysis(result, tuple(votes))


def outcome_of_votes(votes: Votes, *, seed: int, rounds: int) -> Outcome:
    """Returns what votes say: strengths with intervals, differences, wins, and how far people agree.

    Args:
        votes: The votes for one question.
        seed: Seed of the resampling.
        rounds: Rounds of resampling of each kind.
    """
    generator = np.random.default_rng(seed)
    fitted, problem = None, ""
    if votes.votes:
        try:
            fitted = fit(votes, generator, rounds)
        except NoStrengthsError as error:
            problem = str(error)
        else:
            if not fitted.covariances:
                problem = "one person answered about one case: nothing can be said about others"
    else:
        problem = "nobody answered"
    alpha = krippendorff_alpha(votes.ratings(), generator=generator)
    interval = alpha.interval if alpha else None
    return Outcome(
        people=votes.people,
        answers=len(votes.votes),
        cases=votes.cases,
        strengths=strengths_of(votes, fitted),
        problem=problem,
        differences=differences_of(votes, fitted) if fitted else (),
        wins=tuple(tuple(map(float, row)) for row in votes.wins()),
        agreement=Agreement(
            alpha.value if alpha else None,
            interval.low if interval else None,
            interval.high if interval else None,
            alpha.units if alpha else 0,
        ),
        repeats=0,
        same=0,
        left_share=None,
    )


def _outcome(
    study: Study, sheets: Sequence[Sheet], question: Question, votes: Votes, seed: int, rounds: int
) -> Outcome:
    asked = [
        (sheet, shown, choice)
        for sheet, _, shown, choice in answered(study, sheets)
        if shown.question is question and shown.kind is not Kind.CHECK
    ]
    sides = [choice for _, _, choice in asked if choice is not Choice.TIE]
    repeats = [
        (outcome_of(choice), outcome_of(sheet.answers[shown.repeats].choice))
        for sheet, shown, choice in asked
        if shown.repeats is not None and shown.repeats in sheet.answers
    ]
    return replace(
        outcome_of_votes(votes, seed=seed, rounds=rounds),
        repeats=len(repeats),
        # The sides of a repeat are exchanged.
        same=sum(again == 1 - before for again, before in repeats),
        left_share=sides.count(Choice.LEFT) / len(sides) if sides else None,
    )
