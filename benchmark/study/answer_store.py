"""The file in which a server keeps answers: SQLite, so that whatever ends the server loses no acknowledged answer."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.study.sheet import Answer, Sheet
from benchmark.study.study import Choice, Study

DATABASE: Final = "answers.sqlite"
DATABASE_SUFFIX: Final = ".sqlite"
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS study (id TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS participants (
        id TEXT PRIMARY KEY, form INTEGER NOT NULL, started TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS answers (
        participant TEXT NOT NULL REFERENCES participants (id),
        place INTEGER NOT NULL, choice TEXT NOT NULL, milliseconds INTEGER NOT NULL,
        PRIMARY KEY (participant, place)
    ) WITHOUT ROWID""",
)


class Recorded(Enum):
    """What became of an answer."""

    NEW = auto()
    SAME = auto()
    """It was there before: it was sent twice."""
    OTHER = auto()
    """Another answer to the same comparison was there before, and stays."""
    UNKNOWN = auto()
    """Nobody of that number was enrolled."""


class FullError(Exception):
    """No more people are taken."""


class AnswerStore:
    """Answers of a study in one file. Every change is on the disk when its call returns; calls may be concurrent.

    Args:
        path: The file; it is made where there is none.
        study: The study.
        most_people: Number of people who are taken.

    Raises:
        InputError: The file is no such database, of another study, or cannot be written; it stays as it was.
    """

    def __init__(self, path: Path, study: Study, most_people: int) -> None:
        self._study, self._most_people, self._lock = study, most_people, threading.Lock()
        with contextlib.ExitStack() as opened:
            try:
                self._connection = opened.enter_context(
                    closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30))
                )
                # FULL: a commit returns only after the disk has it, whatever happens to the machine.
                self._connection.execute("PRAGMA synchronous = FULL")
                self._claim(path)
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as error:
                raise InputError(f"cannot use {printable(path)} for answers: {error}") from error
            opened.pop_all()

    def _claim(self, path: Path) -> None:
        """Makes the tables where there are none, and leaves a database of anything else as it is."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master")}
            if tables and "study" not in tables:
                raise InputError(f"{printable(path)} is a database of something else; move it away")
            found = [name for (name,) in self._connection.execute("SELECT id FROM study")] if tables else []
            if found not in ([], [self._study.id]):
                raise InputError(f"{printable(path)} holds answers of another study; move it away")
            for table in _TABLES:
                self._connection.execute(table)
            if not found:
                self._connection.execute("INSERT INTO study VALUES (?)", (self._study.id,))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def enrol(self, participant: str) -> int:
        """Takes a person, and returns the number of the form that the fewest people have; of an earlier one, theirs.

        Args:
            participant: Random number of the person.

        Raises:
            FullError: There are as many people as are taken.
        """
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            known = self._connection.execute("SELECT form FROM participants WHERE id = ?", (participant,)).fetchone()
            if known:
                return int(known[0])
            counts = [0] * len(self._study.forms)
            for form, count in self._connection.execute("SELECT form, COUNT(*) FROM participants GROUP BY form"):
                counts[form] = count
            if sum(counts) >= self._most_people:
                raise FullError
            form = counts.index(min(counts))
            moment = datetime.now(UTC).isoformat(timespec="seconds")
            self._connection.execute("INSERT INTO participants VALUES (?, ?, ?)", (participant, form, moment))
            return form

    def form_of(self, participant: str) -> int | None:
        """Returns the number of a person's form, or ``None`` for nobody known."""
        with self._lock:
            found = self._connection.execute("SELECT form FROM participants WHERE id = ?", (participant,)).fetchone()
        return int(found[0]) if found else None

    def record(self, participant: str, place: int, answer: Answer) -> Recorded:
        """Keeps an answer. The first to a comparison stays.

        Args:
            participant: Random number of the person.
            place: Place of the comparison in the form.
            answer: The answer.
        """
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            if not self._connection.execute("SELECT 1 FROM participants WHERE id = ?", (participant,)).fetchone():
                return Recorded.UNKNOWN
            before = self._connection.execute(
                "SELECT choice, milliseconds FROM answers WHERE participant = ? AND place = ?", (participant, place)
            ).fetchone()
            if before:
                return Recorded.SAME if tuple(before) == (answer.choice, answer.milliseconds) else Recorded.OTHER
            self._connection.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?)", (participant, place, answer.choice, answer.milliseconds)
            )
            return Recorded.NEW


def read_store(path: Path, study: Study) -> list[Sheet]:
    """Reads the answers that a server collected, even while it runs.

    Args:
        path: The file.
        study: The study.

    Raises:
        InputError: It is no such database, damaged, or of another study.
    """
    sheets: dict[str, dict[int, Answer]] = defaultdict(dict)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            connection.execute("BEGIN")
            if [row[0] for row in connection.execute("SELECT id FROM study")] != [study.id]:
                raise InputError("it is of another study")
            forms = {str(name): int(form) for name, form in connection.execute("SELECT id, form FROM participants")}
            for participant, place, choice, milliseconds in connection.execute("SELECT * FROM answers"):
                sheets[str(participant)][int(place)] = Answer(Choice(choice), int(milliseconds))
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise InputError(f"it is no database of answers, or is damaged: {error}") from error
    return [
        Sheet(participant, forms[participant], answers, f"{printable(path)}, participant {printable(participant)[:12]}")
        for participant, answers in sheets.items()
        if participant in forms
        and forms[participant] in range(len(study.forms))
        and all(place in range(len(study.forms[forms[participant]])) for place in answers)
    ]
