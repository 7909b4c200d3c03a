"""A study: what is compared, in which order by whom, and which picture is whose.

``study.json`` is the key to a study: it says which method made which picture, and what the checks expect. It lies
beside the folder that is handed out, never in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from annotated_types import Ge, Interval, Le, Len

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.store.atomic import write_json
from benchmark.store.questions import Question
from benchmark.text_files import MissingFileError, read_json
from benchmark.validation import read_table

STUDY_FILE: Final = "study.json"
PAGE_FOLDER: Final = "page"
PICTURES_FOLDER: Final = "pictures"
_SCHEMA_VERSION: Final = 1
Name = Annotated[str, Len(1, 500)]
Token = Annotated[str, Len(1, 64)]
Index = Annotated[int, Ge(0)]


class Kind(StrEnum):
    """What a comparison is for."""

    VOTE = "vote"
    """It counts."""
    REPEAT = "repeat"
    """It was shown before, with the sides exchanged: it says how well people agree with themselves."""
    CHECK = "check"
    """Its answer is known: it says who looks."""


class Choice(StrEnum):
    """An answer."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    """No difference."""


@dataclass(frozen=True)
class Candidate:
    """What pictures of a study are of.

    Attributes:
        name: Name of a method, or of what a check shows in a method's place.
        title: Name for people.
        wins: The question whose checks it wins, for the content or the style itself; ``None`` for a method.
    """

    name: Name
    title: str
    wins: Question | None = None


@dataclass(frozen=True)
class StudyCase:
    """A case that people see.

    Attributes:
        id: Its name in the run.
        content: Name of its content.
        style: Name of its style, or of the mix.
        prompt: The style in words, or empty.
        content_picture: Token of the content.
        style_pictures: Tokens of the style images.
    """

    id: Name
    content: str
    style: str
    prompt: str
    content_picture: Token
    style_pictures: tuple[Token, ...]


@dataclass(frozen=True)
class Comparison:
    """Two pictures of one case with one question, as one participant sees them.

    Attributes:
        kind: What it is for.
        question: The question.
        case: Number of the case.
        left: Number of the candidate on the left.
        right: Number of the candidate on the right.
        repeats: Of a repeat: place in the form of the comparison that it repeats.
    """

    kind: Kind
    question: Question
    case: Index
    left: Index
    right: Index
    repeats: Index | None = None


@dataclass(frozen=True)
class Exclusion:
    """The rule by which answers are left out, stated before anybody answers. Any of its parts leaves a person out.

    Attributes:
        most_failed_checks: Most checks that may be answered otherwise than expected.
        least_median_milliseconds: Least median time of an answer.
        most_on_one_side: Greatest share of the answers, ties excepted, on one side; for people with ten such answers.
    """

    most_failed_checks: Index
    least_median_milliseconds: Index
    most_on_one_side: Annotated[float, Interval(ge=0.5, le=1.0)] = 0.95

    def __str__(self) -> str:
        return (
            f"who fails more than {self.most_failed_checks} of the checks, takes less than"
            f" {self.least_median_milliseconds / 1000:g} s for an answer at the median, or gives more than"
            f" {self.most_on_one_side:.0%} of ten answers or more to one side, is left out"
        )


@dataclass(frozen=True)
class Study:
    """A study.

    Attributes:
        schema_version: Version of the file.
        id: Random name of the study, which its answers repeat.
        title: What people read above it.
        contact: Who is responsible for it, as people read it.
        fingerprint: Fingerprint of the protocol of the runs.
        runs: Names of the folders of the runs.
        seed: Seed of the design.
        ties: Whether people may see no difference.
        questions: What is asked.
        candidates: Methods, then what checks show.
        cases: Cases.
        pictures: Tokens of pictures: candidates × cases; empty where there is none.
        forms: Comparisons of each participant, in order.
        exclusion: Whose answers are left out.
    """

    schema_version: Annotated[int, Ge(_SCHEMA_VERSION), Le(_SCHEMA_VERSION)]
    id: Token
    title: str
    contact: str
    fingerprint: str
    runs: tuple[str, ...]
    seed: int
    ties: bool
    questions: tuple[Question, ...]
    candidates: tuple[Candidate, ...]
    cases: tuple[StudyCase, ...]
    pictures: tuple[tuple[str, ...], ...]
    forms: tuple[tuple[Comparison, ...], ...]
    exclusion: Exclusion

    def __post_init__(self) -> None:
        if [len(row) for row in self.pictures] != [len(self.cases)] * len(self.candidates):
            raise ValueError("pictures are not candidates × cases")
        if not self.forms:
            raise ValueError("there is no form")
        for form in self.forms:
            for place, shown in enumerate(form):
                if shown.case >= len(self.cases) or max(shown.left, shown.right) >= len(self.candidates):
                    raise ValueError("a form shows a case or a candidate that is not listed")
                if shown.repeats is not None and shown.repeats >= place:
                    raise ValueError("a repeat comes before what it repeats")

    @property
    def methods(self) -> tuple[Candidate, ...]:
        """The methods that are compared."""
        return tuple(candidate for candidate in self.candidates if candidate.wins is None)

    def expected(self, shown: Comparison) -> Choice | None:
        """Returns the known answer of a check, and ``None`` for what has none.

        Args:
            shown: A comparison.
        """
        for side, candidate in ((Choice.LEFT, shown.left), (Choice.RIGHT, shown.right)):
            if self.candidates[candidate].wins is shown.question:
                return side
        return None

    def tokens(self) -> Iterator[str]:
        """The names of all pictures, without suffix."""
        for case in self.cases:
            yield case.content_picture
            yield from case.style_pictures
        for row in self.pictures:
            yield from filter(None, row)


def write_study(study: Study, folder: Path) -> None:
    """Writes ``study.json``.

    Raises:
        InputError: It cannot be written.
    """
    write_json(folder / STUDY_FILE, asdict(study))


def read_study(folder: Path) -> Study:
    """Reads ``study.json``.

    Args:
        folder: Folder of the study.

    Raises:
        InputError: The folder holds no study, or it is damaged.
    """
    path = folder / STUDY_FILE
    try:
        table = read_json(path, "study")
    except MissingFileError as error:
        raise InputError(
            f"{printable(folder)} is no study: it has no {STUDY_FILE}; benchmark study new RUN -o {printable(folder)}"
            " makes one"
        ) from error
    return read_table(Study, table, f"study {printable(path)}")
