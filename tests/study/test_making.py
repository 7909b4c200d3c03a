"""What is handed out gives no method away, and the key to it is elsewhere."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.store.questions import Question
from benchmark.study.making import make_study
from benchmark.study.study import read_study
from tests.study.conftest import CHOICE, METHODS, MadeStudy


def test_the_page_and_its_pictures_name_nothing_of_the_run(made: MadeStudy) -> None:
    page = made.folder / "page"
    html = (page / "index.html").read_text(encoding="utf-8")
    secrets = [*METHODS, *(method.title for method in made.study.methods), "style_copy", "identity"]
    secrets += [case.id for case in made.study.cases]
    for secret in secrets:
        assert secret not in html
    for kind in ("vote", "repeat", "check"):
        assert f'"{kind}"' not in html
    for file in page.rglob("*"):
        assert file.is_dir() or re.fullmatch(r"index\.html|[0-9a-f]{24}\.png", file.name)


def test_pictures_hold_pixels_and_nothing_else(made: MadeStudy) -> None:
    files = list((made.folder / "page" / "pictures").iterdir())
    assert len({file.stat().st_mtime for file in files}) == 1
    for file in files:
        with Image.open(file) as picture:
            assert picture.info == {}
            assert (picture.format, picture.mode) == ("PNG", "RGB")


def test_a_picture_is_that_of_the_run(made: MadeStudy) -> None:
    study = made.study
    for number, method in enumerate(study.methods):
        for place, case in enumerate(study.cases):
            with (
                Image.open(made.folder / "page" / "pictures" / f"{study.pictures[number][place]}.png") as shown,
                Image.open(made.run / "images" / method.name / f"{case.id}.png") as original,
            ):
                assert shown.tobytes() == original.convert("RGB").tobytes()


def test_what_a_check_shows_has_a_name_of_its_own(made: MadeStudy) -> None:
    shared = {case.content_picture for case in made.study.cases}
    shared |= {token for case in made.study.cases for token in case.style_pictures}
    assert not shared & {token for row in made.study.pictures for token in row}


def test_the_key_is_beside_the_folder_and_is_read_again(made: MadeStudy) -> None:
    assert sorted(path.name for path in made.folder.iterdir()) == ["page", "study.json"]
    assert read_study(made.folder) == made.study


def test_controls_are_not_compared_unless_they_are_named(made: MadeStudy, tmp_path: Path) -> None:
    assert [method.name for method in made.study.methods] == ["blend", "noisy"]
    choice = dataclasses.replace(CHOICE, methods=("blend", "keeps_content"))
    study = make_study([made.run], choice, tmp_path / "study")
    assert [method.name for method in study.methods] == ["blend", "keeps_content"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"methods": ("blend", "blendd")}, "no method 'blendd'; did you mean blend?"),
        ({"methods": ("blend",)}, "compares two methods or more"),
        ({"questions": (Question.PREFERENCE,)}, "checks have a known answer for content and style only"),
    ],
    ids=["unknown", "one", "no check"],
)
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(
    made: MadeStudy, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(InputError) as error:
        make_study([made.run], dataclasses.replace(CHOICE, **changes), tmp_path / "study")  # type: ignore[arg-type]
    assert reason in str(error.value)
    assert not (tmp_path / "study").exists()


def test_a_failure_midway_leaves_nothing_and_the_same_call_works_once_mended(made: MadeStudy, tmp_path: Path) -> None:
    run, folder = Path(shutil.copytree(made.run, tmp_path / "run")), tmp_path / "study"
    damaged = sorted((run / "images" / "noisy").iterdir())[-1]
    whole = damaged.read_bytes()
    damaged.write_bytes(b"no picture")
    with pytest.raises(InputError, match=damaged.name):
        make_study([run], CHOICE, folder)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]
    damaged.write_bytes(whole)
    make_study([run], CHOICE, folder)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run", "study"]


def test_an_empty_folder_is_filled(made: MadeStudy, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    study = make_study([made.run], CHOICE, folder)
    assert read_study(folder) == study


def test_a_folder_with_something_in_it_is_refused(made: MadeStudy) -> None:
    with pytest.raises(InputError, match="is not empty"):
        make_study([made.run], CHOICE, made.folder)


@pytest.mark.parametrize(
    "damage",
    [
        lambda key: key | {"pictures": key["pictures"][:1]},
        lambda key: key | {"forms": []},
        lambda key: key | {"questions": ["taste"]},
        lambda key: {name: key[name] for name in key if name != "id"},
    ],
    ids=["pictures", "forms", "question", "id"],
)
def test_a_damaged_key_is_refused_in_one_line(made: MadeStudy, tmp_path: Path, damage: object) -> None:
    key = json.loads((made.folder / "study.json").read_text())
    (tmp_path / "study.json").write_text(json.dumps(damage(key)))  # type: ignore[operator]
    with pytest.raises(InputError) as error:
        read_study(tmp_path)
    assert str(error.value).startswith("study ")
    assert "\n" not in str(error.value)
