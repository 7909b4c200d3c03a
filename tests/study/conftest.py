"""A run of the tiny protocol, and a study of it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmark.store.questions import Question
from benchmark.study.design import DesignSize
from benchmark.study.making import StudyChoice, make_study
from benchmark.study.study import Exclusion, Study
from tests.runs_of_one_protocol import installed_sample_plugins, run_tiny

METHODS = ["keeps_content", "copies_style", "blend", "noisy"]
CHOICE = StudyChoice(
    questions=(Question.STYLE, Question.CONTENT),
    methods=(),
    cases=None,
    size=DesignSize(forms=6, pairs=4, repeats=1, checks=2, overlap=3),
    exclusion=Exclusion(most_failed_checks=0, least_median_milliseconds=800),
    ties=True,
    title="Which <b>picture</b>?",
    contact="A laboratory, study@example.org",
    seed=0,
)


@dataclass(frozen=True)
class MadeStudy:
    """A study in its folder."""

    folder: Path
    study: Study
    run: Path


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with installed_sample_plugins():
        return run_tiny(tmp_path_factory.mktemp("study") / "run", METHODS)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path) -> MadeStudy:
    """A study of two methods, which nothing changes."""
    folder = tmp_path_factory.mktemp("made") / "study"
    return MadeStudy(folder, make_study([tiny_run], CHOICE, folder), tiny_run)


def signed(file: dict[str, Any]) -> dict[str, Any]:
    """The file with its checksum, as the page computes it."""
    lines = [file["study"], file["participant"], str(file["form"]), file["started"], file["saved"]]
    lines += [f"{one['place']} {one['choice']} {one['milliseconds']}" for one in file["answers"]]
    return file | {"checksum": f"{zlib.crc32(chr(10).join(lines).encode()):08x}"}


@pytest.fixture
def saved(made: MadeStudy, tmp_path: Path) -> Callable[..., Path]:
    """Saves a file of answers as the page does; ``changes`` are made before its checksum is computed."""

    def save(
        name: str = "answers.json", choices: str = "", *, participant: int = 1, form: int = 0, **changes: Any
    ) -> Path:
        comparisons = made.study.forms[form]
        words = {"l": "left", "r": "right", "t": "tie"}
        given = [words[letter] for letter in choices] or [
            str(made.study.expected(shown) or "left") for shown in comparisons
        ]
        file = {
            "kind": "style transfer study answers",
            "schema_version": 1,
            "study": made.study.id,
            "participant": f"{participant:032x}",
            "form": form,
            "started": "2026-01-02T10:00:00.000Z",
            "saved": "2026-01-02T10:05:00.000Z",
            "answers": [
                {"place": place, "choice": choice, "milliseconds": 1500 + 7 * place + participant}
                for place, choice in enumerate(given)
            ],
        }
        path = tmp_path / name
        path.write_text(json.dumps(signed(file | changes)))
        return path

    return save
