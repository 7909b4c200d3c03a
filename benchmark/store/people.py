"""Records of what people said about the pictures of runs: ``result.json`` of a study."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from annotated_types import Ge, Interval, Len

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.store.atomic import write_json
from benchmark.store.questions import Question
from benchmark.text_files import MissingFileError, read_json
from benchmark.validation import read_table

RESULT_FILE: Final = "result.json"
_SCHEMA_VERSION: Final = 1
Count = Annotated[int, Ge(0)]
Share = Annotated[float, Interval(ge=0, le=1)]


class Origin(StrEnum):
    """Where answers come from."""

    STUDY = "study"
    """From a study of this benchmark."""
    IMPORT = "import"
    """From ratings or votes that existed."""


@dataclass(frozen=True)
class Strength:
    """How a method fared.

    Attributes:
        method: Name of the method.
        value: Log-odds of Bradley and Terry (1952), zero on average; ``None`` where they have no finite value.
        low: Lower end of the 95 % interval.
        high: Upper end.
        wins: Number of comparisons that it won.
        ties: Number of comparisons without a difference.
        losses: Number of comparisons that it lost.
    """

    method: Annotated[str, Len(1)]
    value: float | None
    low: float | None
    high: float | None
    wins: Count
    ties: Count
    losses: Count


@dataclass(frozen=True)
class Difference:
    """The difference of two methods' strengths.

    Attributes:
        first: Name of a method.
        second: Name of another.
        value: Strength of the first − strength of the second.
        low: Lower end of its 95 % interval.
        high: Upper end.
        p_value: Of no difference, corrected for all pairs of methods (Holm).
        more_answers: Where none is shown: number of answers, beyond those there are, with which it would be shown four
            times in five if it is as large as it seems; ``None`` where more than a hundred times as many are needed.
    """

    first: str
    second: str
    value: float
    low: float
    high: float
    p_value: Share
    more_answers: Count | None

    @property
    def is_shown(self) -> bool:
        """Whether the difference is shown."""
        return self.p_value < 0.05


@dataclass(frozen=True)
class Agreement:
    """How far people agree with each other.

    Attributes:
        value: Krippendorff's α (nominal), or ``None`` where it cannot be told.
        low: Lower end of its 95 % interval.
        high: Upper end.
        units: Number of comparisons that two people or more answered.
    """

    value: float | None
    low: float | None
    high: float | None
    units: Count


@dataclass(frozen=True)
class PictureScore:
    """What people said of one picture.

    Attributes:
        method: Name of the method.
        case: Name of the case.
        score: Share of comparisons that it won against other pictures of the case, ties as halves, the mean over these.
        answers: Number of these comparisons.
    """

    method: str
    case: str
    score: Share
    answers: Count


@dataclass(frozen=True)
class Outcome:
    """What people answered to one question.

    Attributes:
        people: Number of people.
        answers: Number of answers.
        cases: Number of cases.
        strengths: The methods.
        problem: Why the strengths have no values or no intervals; else empty.
        differences: Every two methods.
        wins: Methods × methods: how often the one of the row won against the one of the column, ties as halves.
        agreement: How far people agree.
        repeats: Number of comparisons that were shown twice.
        same: Number of them that were answered alike.
        left_share: Share of answers for the left picture, ties excepted; ``None`` where sides are not known.
    """

    people: Count
    answers: Count
    cases: Count
    strengths: tuple[Strength, ...]
    problem: str
    differences: tuple[Difference, ...]
    wins: tuple[tuple[float, ...], ...]
    agreement: Agreement
    repeats: Count
    same: Count
    left_share: Share | None


@dataclass(frozen=True)
class QuestionResult:
    """One question.

    Attributes:
        question: The question.
        kept: The outcome without the people who are left out.
        everybody: The outcome with them, or ``None`` where nobody is left out.
        pictures: What people, without those left out, said of each picture.
    """

    question: Question
    kept: Outcome
    everybody: Outcome | None
    pictures: tuple[PictureScore, ...]


@dataclass(frozen=True)
class LeftOut:
    """A person who is left out, by random number, and why."""

    participant: str
    reason: str


@dataclass(frozen=True)
class Unread:
    """A file of answers that is not counted, and why."""

    source: str
    reason: str


@dataclass(frozen=True)
class StudyResult:
    """What people said about the pictures of runs.

    Attributes:
        schema_version: Version of the file.
        origin: Where the answers come from.
        study: Name of the study: random, or that of the imported table.
        title: Title for people.
        fingerprint: Fingerprint of the protocol of the runs.
        runs: Names of the folders of the runs.
        rule: The rule by which people are left out, in words.
        people: Number of people whose answers were read.
        left_out: Those of them who are left out.
        unread: Files that are not counted.
        notes: What else a reader is to know.
        questions: What was asked, and answered.
    """

    schema_version: Annotated[int, Interval(ge=_SCHEMA_VERSION, le=_SCHEMA_VERSION)]
    origin: Origin
    study: str
    title: str
    fingerprint: str
    runs: tuple[str, ...]
    rule: str
    people: Count
    left_out: tuple[LeftOut, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    questions: tuple[QuestionResult, ...]


def write_result(result: StudyResult, folder: Path) -> Path:
    """Writes ``result.json``.

    Raises:
        InputError: It cannot be written.
    """
    path = folder / RESULT_FILE
    write_json(path, asdict(result))
    return path


def read_result(path: Path) -> StudyResult:
    """Reads ``result.json``.

    Args:
        path: The file, or the folder that holds it.

    Raises:
        InputError: There is none, or it is damaged.
    """
    file = path / RESULT_FILE if path.is_dir() else path
    try:
        table = read_json(file, "result of a study")
    except MissingFileError as error:
        raise InputError(
            f"{printable(path)} is no result of a study; benchmark study analyse STUDY ANSWERS -o RESULT makes one"
        ) from error
    return read_table(StudyResult, table, f"result of a study {printable(file)}")
