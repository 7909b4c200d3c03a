"""Simulated people who answer a study: their choices follow the model of Bradley and Terry, with a known truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.store.questions import Question
from benchmark.study.sheet import Answer, Sheet
from benchmark.study.study import Candidate, Choice, Comparison, Exclusion, Kind, Study, StudyCase
from benchmark.study.votes import Vote, Votes

EXCLUSION = Exclusion(most_failed_checks=1, least_median_milliseconds=800)


def make_study(
    forms: Sequence[Sequence[Comparison]],
    *,
    methods: int = 3,
    cases: int = 4,
    questions: tuple[Question, ...] = (Question.STYLE,),
    ties: bool = True,
    exclusion: Exclusion = EXCLUSION,
) -> Study:
    """A study without files; its last candidate is the style itself, which checks show."""
    candidates = tuple(Candidate(f"m{number}", f"Method {number}") for number in range(methods))
    names = tuple(
        StudyCase(
            f"c{number}", f"content{number // 2}", f"style{number % 2}", "", f"aa{number:02x}", (f"bb{number:02x}",)
        )
        for number in range(cases)
    )
    return Study(
        schema_version=1,
        id="5" * 24,
        title="A study",
        contact="",
        fingerprint="f",
        runs=("run",),
        seed=0,
        ties=ties,
        questions=questions,
        candidates=(*candidates, Candidate("the style itself", "the style itself", Question.STYLE)),
        cases=names,
        pictures=tuple(
            tuple(f"cc{candidate:02x}{case:02x}" for case in range(cases)) for candidate in range(methods + 1)
        ),
        forms=tuple(map(tuple, forms)),
        exclusion=exclusion,
    )


def vote(left: int, right: int, case: int = 0, question: Question = Question.STYLE) -> Comparison:
    return Comparison(Kind.VOTE, question, case, left, right)


def sheet(
    choices: str, *, participant: int = 1, form: int = 0, milliseconds: int = 2000, source: str = "file"
) -> Sheet:
    """Answers of one person; l, r and t are left, right and tie."""
    names = {"l": Choice.LEFT, "r": Choice.RIGHT, "t": Choice.TIE}
    answers = {place: Answer(names[letter], milliseconds + place) for place, letter in enumerate(choices)}
    return Sheet(f"{participant:032x}", form, answers, source)


@dataclass(frozen=True)
class Truth:
    """What people are like.

    Attributes:
        strengths: K log-odds of the methods.
        people: Standard deviation between people of how they see a method.
        cases: Standard deviation between cases of how well a method does.
        ties: Share of answers that are ties, whatever is shown.
    """

    strengths: tuple[float, ...]
    people: float = 0.0
    cases: float = 0.0
    ties: float = 0.0

    def draw(self, generator: np.random.Generator, people: int, cases: int, answers: int) -> Votes:
        """Votes of people who each compare ``answers`` random pairs of methods on random cases."""
        count = len(self.strengths)
        of_people = self.people * generator.normal(size=(people, count))
        of_cases = self.cases * generator.normal(size=(cases, count))
        total = people * answers
        person = np.repeat(np.arange(people), answers)
        case = _balanced(generator, cases, total)
        pairs = np.array([(i, j) for i in range(count) for j in range(i + 1, count)])
        first, second = pairs[_balanced(generator, len(pairs), total)].T
        levels = np.asarray(self.strengths) + of_people[person] + of_cases[case]
        ahead = levels[np.arange(total), first] - levels[np.arange(total), second]
        outcome = (generator.random(total) < 1 / (1 + np.exp(-ahead))).astype(float)
        outcome[generator.random(total) < self.ties] = 0.5
        return Votes(
            tuple(f"m{number}" for number in range(count)),
            tuple(
                Vote(f"p{p}", f"c{c}", int(i), int(j), float(o))
                for p, c, i, j, o in zip(person, case, first, second, outcome, strict=True)
            ),
        )


def _balanced(generator: np.random.Generator, levels: int, total: int) -> NDArray[np.intp]:
    return generator.permutation(np.resize(np.arange(levels), total))
