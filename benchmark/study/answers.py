"""Answers of people: files that the page saved, and what a server collected; checked, and each person counted once."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from annotated_types import Ge, Interval, Len

from benchmark.errors import InputError
from benchmark.escaping import one_line, printable
from benchmark.study.answer_store import DATABASE_SUFFIX, read_store
from benchmark.study.sheet import Answer, Sheet
from benchmark.study.study import Choice, Study
from benchmark.text_files import read_json, refuse_large
from benchmark.validation import read_table

LARGEST_FILE: Final = 1 << 20
"""In bytes; a form of 1,000 answers takes 60 KB."""
_LONGEST_ANSWER: Final = 86_400_000
_LEAST_ALIKE: Final = 5
"""So many equal choices with equal times, to the millisecond, are a copy."""
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class _AnswerEntry:
    place: Annotated[int, Ge(0)]
    choice: Choice
    milliseconds: Annotated[int, Interval(ge=0, le=_LONGEST_ANSWER)]


@dataclass(frozen=True)
class AnswerFile:
    """The file of one person, as the page saves it."""

    kind: Literal["style transfer study answers"]
    schema_version: Annotated[int, Interval(ge=1, le=1)]
    study: Annotated[str, Len(1, 64)]
    participant: Annotated[str, Len(32, 32)]
    form: Annotated[int, Ge(0)]
    started: Annotated[str, Len(1, 40)]
    saved: Annotated[str, Len(1, 40)]
    answers: tuple[_AnswerEntry, ...]
    checksum: Annotated[str, Len(8, 8)]

    def expected_checksum(self) -> str:
        """CRC-32 of what the file says, which tells damage and changes by hand, not forgery."""
        lines = [self.study, self.participant, str(self.form), self.started, self.saved]
        lines += [f"{answer.place} {answer.choice} {answer.milliseconds}" for answer in self.answers]
        return f"{zlib.crc32(chr(10).join(lines).encode()):08x}"


@dataclass(frozen=True)
class SetAside:
    """Answers that are not counted, and why."""

    source: str
    reason: str


@dataclass(frozen=True)
class CollectedAnswers:
    """Answers of a study: those of each person once, and those that are not counted.

    Attributes:
        sheets: What is counted, by the random number of the person.
        set_aside: What is not.
        notes: What is odd about answers that are counted.
    """

    sheets: tuple[Sheet, ...]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


def collect_answers(study: Study, paths: Sequence[Path]) -> CollectedAnswers:
    """Reads answers. What cannot be used is set aside with a reason, and costs nobody else's answers.

    Where one person is there several times, the longest sheet counts if the others are its beginnings; if two say
    different things, as two browsers with one number do, none of them is counted. A sheet with the same choices and
    times as another person's is a copy, of which the first is counted.

    Args:
        study: The study.
        paths: Files, databases of a server, or folders of these.

    Raises:
        InputError: A path does not exist, or a folder holds no answers.
    """
    sheets: list[Sheet] = []
    set_aside: list[SetAside] = []
    notes: list[str] = []
    for path in _files(paths):
        try:
            read = read_store(path, study) if path.suffix == DATABASE_SUFFIX else [_read_file(path, study, notes)]
        except InputError as error:
            set_aside.append(SetAside(printable(path), one_line(str(error))))
            continue
        for sheet in read:
            if sheet.answers:
                sheets.append(sheet)
            else:
                set_aside.append(SetAside(sheet.source, "it holds no answer"))
    kept = _without_copies(_one_a_person(sheets, set_aside), set_aside)
    return CollectedAnswers(tuple(sorted(kept, key=lambda sheet: sheet.participant)), tuple(set_aside), tuple(notes))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise InputError(f"cannot read answers {printable(path)}: there is no such file or folder")
        found = [path]
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if file.suffix in (".json", DATABASE_SUFFIX))
            if not found:
                raise InputError(f"{printable(path)} holds no answers: no .json and no {DATABASE_SUFFIX} file")
        for file in found:
            if (place := file.resolve()) not in seen:
                seen.add(place)
                yield file


def _read_file(path: Path, study: Study, notes: list[str]) -> Sheet:
    refuse_large(path, "it", LARGEST_FILE, "it is no file that the page saved")
    table = read_json(path, "answers")
    if isinstance(table, dict) and isinstance(table.get("study"), str) and table["study"] != study.id:
        raise InputError("it is of another study")
    file = read_table(AnswerFile, table, f"answers {printable(path)}")
    if file.checksum != file.expected_checksum():
        raise InputError("it was changed after the page saved it: the checksum does not match")
    if not set(file.participant) <= _HEX:
        raise InputError("its participant is none that the page made")
    places = [answer.place for answer in file.answers]
    if file.form >= len(study.forms) or places != list(range(len(places))):
        raise InputError("its answers are to no form of the study, or are not in order")
    if len(places) > len(study.forms[file.form]):
        raise InputError("it has more answers than its form has comparisons")
    if not study.ties and any(answer.choice is Choice.TIE for answer in file.answers):
        raise InputError("it holds ties, which the study does not offer")
    if _is_backwards(file.started, file.saved):
        notes.append(f"{printable(path)}: saved before it was started, so the clock was changed; times of answers hold")
    answers = {answer.place: Answer(answer.choice, answer.milliseconds) for answer in file.answers}
    return Sheet(file.participant, file.form, answers, printable(path))


def _is_backwards(started: str, saved: str) -> bool:
    try:
        return datetime.fromisoformat(saved) < datetime.fromisoformat(started)
    except (ValueError, TypeError) as error:
        raise InputError("its moments are none") from error


def _one_a_person(sheets: Sequence[Sheet], set_aside: list[SetAside]) -> list[Sheet]:
    by_person: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_person[sheet.participant].append(sheet)
    kept = []
    for same in by_person.values():
        longest = max(same, key=lambda sheet: len(sheet.answers))
        others = [sheet for sheet in same if sheet is not longest]
        if all(sheet.is_part_of(longest) for sheet in others):
            kept.append(longest)
            reason = f"the same person's answers are in {longest.source}"
            set_aside += (SetAside(sheet.source, reason) for sheet in others)
        else:
            reason = f"{len(same)} files of one person contradict each other, so that none can be counted"
            set_aside += (SetAside(sheet.source, reason) for sheet in same)
    return kept


def _without_copies(sheets: Sequence[Sheet], set_aside: list[SetAside]) -> list[Sheet]:
    first: dict[object, Sheet] = {}
    kept = []
    for sheet in sheets:
        key = (sheet.form, tuple(sorted(sheet.answers.items())))
        if len(sheet.answers) >= _LEAST_ALIKE and key in first:
            reason = f"a copy of {first[key].source} under another number: all choices and times are the same"
            set_aside.append(SetAside(sheet.source, reason))
        else:
            first.setdefault(key, sheet)
            kept.append(sheet)
    return kept
