"""Makes a study of runs: its key, and the folder that is handed out."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmark.analysis.combination import combine
from benchmark.analysis.loading import load_records
from benchmark.errors import InputError, NotComparableError
from benchmark.escaping import printable
from benchmark.store.atomic import new_folder, replacing
from benchmark.store.questions import WORDINGS, Question
from benchmark.store.records import CaseRecord, RunRecords, UnitStatus
from benchmark.study.design import DesignSize, Possible, make_forms
from benchmark.study.method_names import join_names
from benchmark.study.page import write_page
from benchmark.study.study import (
    PAGE_FOLDER,
    PICTURES_FOLDER,
    Candidate,
    Exclusion,
    Study,
    StudyCase,
    write_study,
)
from benchmark.suggestion import suggest

if TYPE_CHECKING:
    from PIL import Image

_TOKEN_BYTES: Final = 12
_MOMENT: Final = 946_684_800
"""Time of change of all pictures, the same for all: the order in which methods made them says nothing."""
_CONTENT_ITSELF, _STYLE_ITSELF = "the content itself", "the style itself"


@dataclass(frozen=True)
class StudyChoice:
    """What a study asks, of whom.

    Attributes:
        questions: The questions.
        methods: Names of the methods; all but the controls where none is given. A name that holds commas may be given
            in the parts between them.
        cases: Most cases; the first are taken evenly from all. ``None`` takes all.
        size: How much is asked.
        exclusion: Whose answers are left out.
        ties: Whether people may see no difference.
        title: What people read above the study.
        contact: Who is responsible for it.
        seed: Seed of the design.
    """

    questions: tuple[Question, ...]
    methods: tuple[str, ...]
    cases: int | None
    size: DesignSize
    exclusion: Exclusion
    ties: bool
    title: str
    contact: str
    seed: int


def make_study(folders: Sequence[Path], choice: StudyChoice, destination: Path) -> Study:
    """Makes a study of runs of one protocol.

    Pictures are decoded and written anew as PNG under random names, without anything but their pixels. The folder is
    made whole or not at all.

    Args:
        folders: Folders of the runs.
        choice: What the study asks.
        destination: A new or empty folder.

    Raises:
        InputError: There is too little to compare, a name is unknown, a picture is missing or damaged, or the folder is
            not empty or cannot be written.
        NotComparableError: The runs are of different protocols.
    """
    if destination.exists() and any(destination.iterdir()):
        raise InputError(f"{printable(destination)} is not empty; name a new folder with --out")
    runs = combine([load_records(folder) for folder in folders])
    if len(runs) > 1:
        raise NotComparableError("the runs are of different protocols or networks, and make no study together")
    source = _Source(runs[0], choice)
    study = source.study()
    with new_folder(destination) as folder:
        for token in sorted(source.files):
            _copy(source.files[token], folder / PAGE_FOLDER / PICTURES_FOLDER / f"{token}.png")
        write_page(study, folder / PAGE_FOLDER)
        write_study(study, folder)
    return study


class _Source:
    """A run as a study reads it; ``files`` holds the files of its pictures by their token."""

    def __init__(self, run: RunRecords, choice: StudyChoice) -> None:
        self._run, self._choice = run, choice
        self.files: dict[str, Path] = {}
        self._folders = tuple(folder.resolve() for folder in run.folders)
        self._thumbnails = {
            "content": {str(facts["id"]): facts.get("thumbnail") for facts in run.contents},
            "style": {str(facts["id"]): facts.get("thumbnail") for facts in run.styles},
        }

    def study(self) -> Study:
        methods = self._methods()
        records = list(self._run.cases)
        made = self._made(methods, records)
        thumbnails = self._thumbnails["content"]
        seen = [
            place for place, case in enumerate(records) if made[:, place].sum() >= 2 and thumbnails.get(case.content)
        ]
        if not seen:
            raise InputError("no case has pictures of two of the methods, so there is nothing to compare")
        if self._choice.cases is not None:
            seen = seen[:: -(-len(seen) // self._choice.cases)] if len(seen) > self._choice.cases else seen
        cases = tuple(self._case(records[place]) for place in seen)
        pictures = [
            [self._picture(method, records[place].id) if made[m, place] else "" for place in seen]
            for m, method in enumerate(methods)
        ]
        titles = {method.name: method.title or method.name for method in self._run.methods}
        candidates = [Candidate(name, titles[name]) for name in methods]
        checks: dict[Question, tuple[int, Sequence[int]]] = {}
        for question, title in ((Question.CONTENT, _CONTENT_ITSELF), (Question.STYLE, _STYLE_ITSELF)):
            if question in self._choice.questions and self._choice.size.checks:
                row = [self._check_picture(question, case) for case in cases]
                if any(row):
                    checks[question] = (len(candidates), [place for place, token in enumerate(row) if token])
                    candidates.append(Candidate(title, title, question))
                    pictures.append(row)
        if self._choice.size.checks and not checks:
            raise InputError(
                "checks have a known answer for content and style only; ask one of these, or none with --checks 0"
            )
        possible = Possible(
            len(methods),
            {question: self._asked(question, cases) for question in self._choice.questions},
            made[:, seen],
            checks,
        )
        return Study(
            schema_version=1,
            id=secrets.token_hex(_TOKEN_BYTES),
            title=self._choice.title,
            contact=self._choice.contact,
            fingerprint=str(self._run.protocol.get("fingerprint", "")),
            runs=tuple(printable(folder.name) for folder in self._run.folders),
            seed=self._choice.seed,
            ties=self._choice.ties,
            questions=self._choice.questions,
            candidates=tuple(candidates),
            cases=cases,
            pictures=tuple(map(tuple, pictures)),
            forms=make_forms(possible, self._choice.size, self._choice.seed),
            exclusion=self._choice.exclusion,
        )

    def _methods(self) -> list[str]:
        known = [method.name for method in self._run.methods]
        if not self._choice.methods:
            methods = [method.name for method in self._run.methods if not method.control]
        else:
            methods = join_names(self._choice.methods, known)
            for name in methods:
                if name not in known:
                    raise InputError(f"the run has no method {name!r}{suggest(name, known)}")
        if len(methods) < 2:
            raise InputError(f"a study compares two methods or more; the run has {', '.join(methods) or 'none'}")
        return methods

    def _made(self, methods: Sequence[str], cases: Sequence[CaseRecord]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        units = self._run.units
        done = units[(units["status"] == UnitStatus.OK) & units["image"].notna()]
        self._images: dict[tuple[str, str], str] = {
            (str(method), str(case)): str(image)
            for method, case, image in done[["method", "case", "image"]].itertuples(index=False)
        }
        return np.array([[(method, case.id) in self._images for case in cases] for method in methods], dtype=bool)

    def _asked(self, question: Question, cases: Sequence[StudyCase]) -> list[int]:
        wording = WORDINGS[question]
        found = [
            place
            for place, case in enumerate(cases)
            if (case.style_pictures or not wording.shows_style) and (case.prompt or not wording.shows_prompt)
        ]
        if not found:
            lacking = "prompt" if wording.shows_prompt else "style image"
            raise InputError(f"no case has a {lacking}, so that --questions {question} cannot be asked")
        return found

    def _case(self, record: CaseRecord) -> StudyCase:
        shown = [
            self._thumbnails["style"].get(str(style.get("id"))) or style.get("thumbnail") for style in record.styles
        ]
        return StudyCase(
            id=record.id,
            content=record.content,
            style=record.style,
            prompt=record.prompt or "",
            content_picture=self._shared_token(str(self._thumbnails["content"][record.content])),
            style_pictures=tuple(self._shared_token(str(path)) for path in shown if path),
        )

    def _shared_token(self, path: str) -> str:
        """The token of a content or a style, which all its cases share."""
        file = self._inside(path)
        known = next((token for token, other in self.files.items() if other == file), None)
        return known or self._token(file)

    def _picture(self, method: str, case: str) -> str:
        return self._token(self._inside(self._images[method, case]))

    def _check_picture(self, question: Question, case: StudyCase) -> str:
        """A picture of its own of the content or the style, so that its name does not tell it from a method's."""
        if question is Question.CONTENT:
            return self._token(self.files[case.content_picture])
        # Of a mix, no single picture is known to carry its style best.
        return self._token(self.files[case.style_pictures[0]]) if len(case.style_pictures) == 1 else ""

    def _token(self, file: Path) -> str:
        token = secrets.token_hex(_TOKEN_BYTES)
        self.files[token] = file
        return token

    def _inside(self, path: str) -> Path:
        file = (self._run.directory / path).resolve()
        if not any(file.is_relative_to(folder) for folder in self._folders):
            raise InputError(f"{printable(path)} lies outside the run, which is damaged")
        return file


def _copy(source: Path, target: Path) -> None:
    from benchmark.images import open_image

    picture: Image.Image = open_image(source)
    with replacing(target) as temporary:
        picture.save(temporary, format="PNG", pnginfo=None)
    os.utime(target, (_MOMENT, _MOMENT))
