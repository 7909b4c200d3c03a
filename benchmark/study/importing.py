"""Ratings and votes that exist, as the result of a study: of published data sets, for instance."""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

from benchmark.analysis.loading import load_records
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.freezing.names import name_of
from benchmark.store.people import Origin, QuestionResult, StudyResult
from benchmark.store.questions import Question
from benchmark.store.records import RunRecords
from benchmark.study.analysing import Analysis, outcome_of_votes
from benchmark.study.bradley_terry import ROUNDS
from benchmark.study.votes import Vote, Votes
from benchmark.suggestion import suggest
from benchmark.text_files import file_key, read_text, refuse_large

_LARGEST_TABLE: Final = 256 << 20
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}|(\*)")
_FIELDS: Final = ("method", "content", "style", "case")
_NOBODY: Final = "all raters together"


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a table.

    Attributes:
        image: The picture that is rated; of votes, the one that won.
        rating: The rating, a higher one for a better picture; of votes, none.
        loser: Of votes: the picture that lost.
        rater: Who rated; without it, ratings are means over raters.
        tie: Of votes: a column that is 1, true or tie where neither won.
    """

    image: str
    rating: str = ""
    loser: str = ""
    rater: str = ""
    tie: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """All that are given."""
        return tuple(filter(None, (self.image, self.rating, self.loser, self.rater, self.tie)))


@dataclass(frozen=True)
class ImportedTable:
    """What is imported.

    Attributes:
        path: The table.
        images: Pattern of its pictures' names, with ``{method}``, ``{content}``, ``{style}`` or ``{case}``, and ``*``
            for anything.
        columns: Its columns.
        question: What people were asked.
        title: Title for people.
    """

    path: Path
    images: str
    columns: Columns
    question: Question
    title: str


def import_ratings(table: ImportedTable, folder: Path, *, seed: int = 0, rounds: int = ROUNDS) -> Analysis:
    """Makes the result of a study from ratings or votes of a run's pictures.

    Two pictures of one case that one rater rated are a comparison, which the higher rating won; equal ratings are a
    tie. So the scale of the ratings does not matter, nor that raters use it differently. Pictures of different cases
    are not compared.

    Args:
        table: What is imported.
        folder: Folder of the run that scored the pictures.
        seed: Seed of the resampling.
        rounds: Rounds of resampling of each kind.

    Raises:
        InputError: The table cannot be read, names no picture of the run, or holds nothing to compare.
    """
    run = load_records(folder)
    pictures = _Pictures(run, table.images)
    votes, missing = _votes(table, pictures)
    methods = tuple(sorted({name for vote in votes for name in (vote.first, vote.second)}))
    if not votes:
        raise InputError(
            f"{printable(table.path)} compares no two pictures of one case of the run"
            f" ({missing[Missing.UNKNOWN]:,} of its rows are of none of the run's pictures,"
            f" {missing[Missing.AMBIGUOUS]:,} may be of several{pictures.example()})"
        )
    number = {name: place for place, name in enumerate(methods)}
    counted = Votes(
        methods,
        tuple(Vote(vote.person, vote.case, number[vote.first], number[vote.second], vote.outcome) for vote in votes),
    )
    outcome = outcome_of_votes(counted, seed=seed, rounds=rounds)
    notes = [note.format(missing[reason]) for reason, note in _MISSING.items() if missing[reason]]
    if counted.people == 1:
        notes.append("Raters are not told apart, so that intervals know of cases only.")
    result = StudyResult(
        schema_version=1,
        origin=Origin.IMPORT,
        study=name_of(table.path.stem, "ratings"),
        title=table.title,
        fingerprint=str(run.protocol.get("fingerprint", "")),
        runs=(printable(folder.absolute().name),),
        rule="nobody is left out",
        people=counted.people,
        left_out=(),
        unread=(),
        notes=tuple(notes),
        questions=(QuestionResult(table.question, outcome, None, counted.picture_scores()),),
    )
    return Analysis(result, ((table.question, counted),))


class Missing(Enum):
    """Why no picture of the run is found for a name."""

    UNKNOWN = auto()
    """The run has none of this name."""
    AMBIGUOUS = auto()
    """The name fits several."""


_MISSING: Final = {
    Missing.UNKNOWN: "{:,} rows are of pictures that the run does not have.",
    Missing.AMBIGUOUS: (
        "{:,} rows may be of several pictures of the run; name {{method}} and {{case}} in --images to tell them apart."
    ),
}


@dataclass(frozen=True)
class _NamedVote:
    person: str
    case: str
    first: str
    second: str
    outcome: float


@dataclass(frozen=True)
class _Case:
    """A case: its place in the run, and its content and style."""

    place: int
    pair: tuple[str, str]


class _Pictures:
    """The pictures of a run by the names that a pattern gives them."""

    def __init__(self, run: RunRecords, pattern: str) -> None:
        fields = [found for found, _ in _PLACEHOLDER.findall(pattern) if found]
        for name in fields:
            if name not in _FIELDS:
                raise InputError(f"--images {pattern!r}: unknown placeholder {{{name}}}{suggest(name, _FIELDS)}")
        if len(set(fields)) < len(fields) or not ("case" in fields or {"content", "style"} & set(fields)):
            raise InputError(f"--images {pattern!r} must name {{case}}, or {{content}} and {{style}}, each once")
        parts = _PLACEHOLDER.split(pattern)
        texts = (f"(?P<{parts[place + 1]}>.+?)" if parts[place + 1] else ".*?" for place in range(0, len(parts) - 1, 3))
        fixed = (re.escape(text) for text in parts[::3])
        joined = "".join(itertools.chain.from_iterable(itertools.zip_longest(fixed, texts, fillvalue="")))
        self._pattern = re.compile(rf"(?:.*/)?{joined}(?:\.\w+)?")
        self._text = pattern
        self._methods = [method.name for method in run.methods]
        self._names: dict[str, dict[str, list[str]]] = {field: defaultdict(list) for field in _FIELDS}
        for case in run.cases:
            for field, name in (("case", case.id), ("content", case.content), ("style", case.style)):
                if case.id not in self._names[field][_key(name)]:
                    self._names[field][_key(name)].append(case.id)
        for name in self._methods:
            self._names["method"][_key(name)].append(name)
        self._first = next(((name, case.id) for name in self._methods for case in run.cases), None)
        self._cases = {case.id: _Case(place, (case.content, case.style)) for place, case in enumerate(run.cases)}
        self._cache: dict[str, tuple[str, str] | Missing] = {}

    def find(self, name: str) -> tuple[str, str] | Missing:
        """Returns the method and the case of a picture, or why there is none.

        Of cases that differ in their seed only, the first is meant: it is the one that every method has.

        Args:
            name: Name or path of the picture, as the table gives it.
        """
        if name not in self._cache:
            self._cache[name] = self._find(name)
        return self._cache[name]

    def _find(self, name: str) -> tuple[str, str] | Missing:
        found = self._pattern.fullmatch(name.replace("\\", "/"))
        if not found:
            return Missing.UNKNOWN
        given = found.groupdict()
        methods = self._names["method"].get(_key(given["method"]), []) if "method" in given else self._methods
        fields = [field for field in ("case", "content", "style") if field in given]
        fitting = set.intersection(*(set(self._names[field].get(_key(given[field]), ())) for field in fields))
        if not methods or not fitting:
            return Missing.UNKNOWN
        if len(methods) > 1 or len({self._cases[case].pair for case in fitting}) > 1:
            return Missing.AMBIGUOUS
        return methods[0], min(fitting, key=lambda case: self._cases[case].place)

    def example(self) -> str:
        """Says what a picture of the run would be called."""
        if not self._first:
            return ""
        method, case = self._first
        return f"; --images {self._text!r} is to find a method such as {method} and a case such as {case}"


def _key(name: str) -> str:
    """Two names with one key are the same picture's: a protocol makes its names of those of files."""
    return name_of(file_key(name), "picture")


def _votes(table: ImportedTable, pictures: _Pictures) -> tuple[list[_NamedVote], Counter[Missing]]:
    votes: list[_NamedVote] = []
    ratings: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    missing: Counter[Missing] = Counter()
    columns = table.columns
    for line, row in _rows(table.path, columns):
        where = f"{printable(table.path)} line {line}"
        person = row[columns.rater] if columns.rater else _NOBODY
        one = pictures.find(row[columns.image])
        if columns.loser:
            other = pictures.find(row[columns.loser])
            if isinstance(one, Missing) or isinstance(other, Missing):
                # A picture that the run lacks cannot be named better.
                missing[Missing.UNKNOWN if Missing.UNKNOWN in (one, other) else Missing.AMBIGUOUS] += 1
                continue
            if one[1] != other[1] or one[0] == other[0]:
                raise InputError(f"{where}: the two pictures are not of two methods on one case")
            is_tie = bool(columns.tie) and row[columns.tie].strip().lower() in ("1", "true", "yes", "tie")
            votes.append(_NamedVote(person, one[1], one[0], other[0], 0.5 if is_tie else 1.0))
            continue
        rating = _number(row[columns.rating], where)
        if isinstance(one, Missing):
            missing[one] += 1
            continue
        method, case = one
        if method in ratings[person, case]:
            raise InputError(f"{where}: {printable(person)} rated {printable(row[columns.image])} before")
        ratings[person, case][method] = rating
    for (person, case), given in ratings.items():
        for first, second in itertools.combinations(sorted(given), 2):
            outcome = (1 + float((given[first] > given[second]) - (given[first] < given[second]))) / 2
            votes.append(_NamedVote(person, case, first, second, outcome))
    return votes, missing


def _rows(path: Path, columns: Columns) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a table with columns of any name; its cells are separated by commas, semicolons or tabs."""
    refuse_large(path, f"table of ratings {printable(path)}", _LARGEST_TABLE, "split it by question")
    lines = read_text(path, "ratings").splitlines(keepends=True)
    header = lines[0] if lines else ""
    separator = max(",;\t", key=header.count)
    table = csv.DictReader(lines, delimiter=separator, strict=True)
    known: Sequence[str] = [name for name in table.fieldnames or () if name]
    for name in columns.named:
        if name not in known:
            found = ", ".join(known) or "nothing"
            raise InputError(
                f"ratings {printable(path)}: there is no column {name!r}{suggest(name, known)}; there are: {found}"
            )
    try:
        for row in table:
            cells = {name: (row.get(name) or "").strip() for name in columns.named}
            if not any(cells.values()):
                continue
            yield table.line_num, cells
    except csv.Error as error:
        raise InputError(f"ratings {printable(path)} line {table.line_num}: {error}") from error


def _number(text: str, where: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{where}: the rating must be a number, not {text[:60]!r}")
    return number
