"""Answers: whatever a file holds, it is counted once, or set aside with a reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.errors import InputError
from benchmark.study.answers import collect_answers
from tests.study.conftest import MadeStudy, signed


def changed(path: Path, text: Callable[[str], str]) -> Path:
    path.write_text(text(path.read_text()))
    return path


def test_what_the_page_saved_is_counted(made: MadeStudy, saved: Callable[..., Path]) -> None:
    collected = collect_answers(made.study, [saved()])
    assert [len(sheet.answers) for sheet in collected.sheets] == [len(made.study.forms[0])]
    assert collected.set_aside == ()


def test_who_stopped_early_is_counted_as_far_as_they_went(made: MadeStudy, saved: Callable[..., Path]) -> None:
    assert [len(sheet.answers) for sheet in collect_answers(made.study, [saved(choices="lr")]).sheets] == [2]


@pytest.mark.parametrize(
    ("break_", "reason"),
    [
        (lambda text: text[: len(text) // 2], "not valid JSON"),
        (lambda _: "", "not valid JSON"),
        (lambda _: "[" * 100_000, "not valid JSON"),
        (lambda _: "null", "must be"),
        (lambda text: text.replace('"left"', '"right"', 1), "the checksum does not match"),
        (lambda text: text.replace('"left"', '"<script>alert(1)</script>"', 1), "choice"),
        (lambda text: text.replace('"form"', '"<img src=x onerror=alert(1)>": 1, "form"', 1), "unknown key"),
        (lambda text: text.replace('"milliseconds": 1', '"milliseconds": -1', 1), "milliseconds"),
        (lambda text: text.replace('"milliseconds": 1508', '"milliseconds": 1e308', 1), "milliseconds"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 2'), "schema_version"),
        (lambda text: text + " " * (2 << 20), "larger than 1 MB"),
    ],
    ids=[
        "truncated",
        "empty",
        "deep",
        "null",
        "edited",
        "script",
        "script as a key",
        "negative",
        "huge",
        "newer",
        "large",
    ],
)
def test_a_file_that_is_none_is_set_aside(
    made: MadeStudy, saved: Callable[..., Path], break_: Callable[[str], str], reason: str
) -> None:
    bad, good = changed(saved("bad.json"), break_), saved("good.json", participant=2)
    collected = collect_answers(made.study, [bad, good])
    assert [sheet.source for sheet in collected.sheets] == [str(good)]
    assert len(collected.set_aside) == 1
    assert reason in collected.set_aside[0].reason
    assert "\n" not in collected.set_aside[0].reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"study": "another"}, "it is of another study"),
        ({"participant": "<b>" + "0" * 29}, "participant is none"),
        ({"form": 6}, "to no form"),
        ({"started": "yesterday"}, "moments are none"),
        ({"answers": [{"place": 1, "choice": "left", "milliseconds": 5}]}, "not in order"),
        ({"answers": [{"place": n, "choice": "left", "milliseconds": 5} for n in range(50)]}, "more answers"),
        ({"answers": []}, "holds no answer"),
    ],
    ids=["another study", "name", "form", "moment", "order", "too many", "none"],
)
def test_a_file_that_says_what_no_page_says_is_set_aside_though_its_checksum_is_right(
    made: MadeStudy, saved: Callable[..., Path], changes: dict[str, object], reason: str
) -> None:
    path = saved()
    path.write_text(json.dumps(signed(json.loads(path.read_text()) | changes)))
    collected = collect_answers(made.study, [path])
    assert collected.sheets == ()
    assert reason in collected.set_aside[0].reason


def test_a_file_that_is_there_twice_is_counted_once(
    made: MadeStudy, saved: Callable[..., Path], tmp_path: Path
) -> None:
    one = saved()
    copy = Path(shutil.copy(one, tmp_path / "copy.json"))
    collected = collect_answers(made.study, [one, one, tmp_path, copy])
    assert len(collected.sheets) == 1
    assert [entry.source for entry in collected.set_aside] == [str(copy)]


def test_of_one_person_the_longest_file_is_counted(made: MadeStudy, saved: Callable[..., Path]) -> None:
    early, late = saved("early.json", "lr"), saved("late.json", "lrl")
    collected = collect_answers(made.study, [early, late])
    assert [sheet.source for sheet in collected.sheets] == [str(late)]
    assert "are in" in collected.set_aside[0].reason


def test_of_two_browsers_with_one_number_none_is_counted(made: MadeStudy, saved: Callable[..., Path]) -> None:
    collected = collect_answers(made.study, [saved("one.json", "lr"), saved("two.json", "ll")])
    assert collected.sheets == ()
    assert len(collected.set_aside) == 2
    assert "contradict" in collected.set_aside[0].reason


def test_a_copy_under_another_number_is_counted_once(made: MadeStudy, saved: Callable[..., Path]) -> None:
    one = saved("one.json")
    file = json.loads(one.read_text()) | {"participant": "f" * 32}
    two = saved("two.json")
    two.write_text(json.dumps(signed(file)))
    collected = collect_answers(made.study, [one, two])
    assert len(collected.sheets) == 1
    assert "a copy of" in collected.set_aside[0].reason


def test_a_clock_that_was_changed_is_noted_and_costs_nothing(made: MadeStudy, saved: Callable[..., Path]) -> None:
    collected = collect_answers(made.study, [saved(saved="2020-01-01T00:00:00.000Z")])
    assert len(collected.sheets) == 1
    assert "the clock was changed" in collected.notes[0]


def test_thousands_of_files_are_read(made: MadeStudy, saved: Callable[..., Path], tmp_path: Path) -> None:
    for number in range(1, 1501):
        saved(f"{number}.json", "lrlr", participant=number)
    (tmp_path / "zero.json").write_bytes(b"\0\xff")
    collected = collect_answers(made.study, [tmp_path])
    assert len(collected.sheets) == 1500
    assert len(collected.set_aside) == 1


def test_a_path_that_is_not_there_is_refused(made: MadeStudy, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file or folder"):
        collect_answers(made.study, [tmp_path / "none"])
