"""Freezing from local copies, streams and caches, and from data sets of another shape."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.protocol.conftest import NAME, Machine
from tests.synthetic_wikiart import MOVEMENTS, SyntheticWikiArt, picture

RECIPE = """
schema_version = 1
name = "mine"
version = "1"
title = "Mine"
resolution = 64

[models]

[[contents]]
id = "photo"
image = "photo.jpg"

[dataset]
name = "{name}"
paintings = {paintings}

[dataset.columns]
{columns}
"""


def recipe(folder: Path, name: str, columns: str, paintings: int = 2) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "photo.jpg").write_bytes(picture(1, 64))
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(name=name, columns=columns, paintings=paintings))
    return path


def styles(lock: Path) -> list[dict[str, str]]:
    return json.loads(lock.read_text())["styles"]


def parquet_folder(machine: Machine, folder: Path, published: Path) -> str:
    shutil.copytree(published, folder)
    return str(folder)


def saved_to_disk(machine: Machine, folder: Path, published: Path) -> str:
    machine.script(f"import datasets; datasets.load_dataset({str(published)!r}).save_to_disk({str(folder)!r})")
    return str(folder)


def cached(machine: Machine, folder: Path, published: Path) -> str:
    machine.script(f"import datasets; datasets.load_dataset({NAME!r})")
    return "cache"


def streamed(machine: Machine, folder: Path, published: Path) -> str:
    return "stream"


@pytest.mark.parametrize("copy", [parquet_folder, saved_to_disk, cached, streamed])
def test_every_copy_of_a_data_set_gives_the_images_of_the_hub(machine, frozen, wikiart_folder, tmp_path, copy):
    place = copy(machine, tmp_path / "copy", wikiart_folder)
    result = machine.run("protocol", "freeze", "wikiart_small", "--from", place, "-o", tmp_path / "lock.json")
    assert result.code == 0, result.err
    assert styles(tmp_path / "lock.json") == styles(frozen / "lock.json")
    revision = json.loads((tmp_path / "lock.json").read_text())["origin"]["revision"]
    is_known = place in {"cache", "stream"}
    assert revision == (machine.hub.folder(NAME, "main")[0] if is_known else "")


def test_a_lock_is_completed_from_a_local_copy(other_machine, frozen, wikiart_folder):
    other_machine.hub.forget(NAME, other_machine.hub.folder(NAME, "main")[0])
    freeze = ("protocol", "freeze", "--lock", frozen / "lock.json", "--from", wikiart_folder)
    assert other_machine.run(*freeze).code == 0


def test_a_lock_from_a_local_copy_asks_for_the_copy(machine, other_machine, wikiart_folder, tmp_path):
    freeze = ("protocol", "freeze", "wikiart_small", "--from", wikiart_folder, "-o", tmp_path / "lock.json")
    assert machine.run(*freeze).code == 0
    result = other_machine.run("protocol", "freeze", "--lock", tmp_path / "lock.json")
    assert result.code == 2
    assert "drawn from a local copy of huggan/wikiart; name one with --from FOLDER" in result.error_lines[0]


def test_folders_of_images_become_movements(machine, tmp_path):
    for number, movement in enumerate(MOVEMENTS[:3] * 2):
        (tmp_path / "images" / movement).mkdir(parents=True, exist_ok=True)
        (tmp_path / "images" / movement / f"{number}.jpg").write_bytes(picture(number, 32))
    path = recipe(tmp_path / "recipe", "somebody/folders", 'movement = "label"', paintings=3)
    result = machine.run("protocol", "freeze", path, "--from", tmp_path / "images", "-o", tmp_path / "lock.json")
    assert result.code == 0, result.err
    expected = {"Abstract Expressionism", "Action painting", "Analytical Cubism"}
    assert {style["movement"] for style in styles(tmp_path / "lock.json")} == expected


def test_labels_may_be_text(machine, tmp_path):
    """The columns of Artificio/WikiArt."""
    rows = [
        ("Impression, Sunrise", "Claude Monet", "1872", "marina", "Impressionism", "fog"),
        ("Untitled", "", "", "unknown genre", "Color Field Painting", ""),
    ]
    write_parquet(tmp_path / "set", ("title", "artist", "date", "genre", "style", "description"), rows)
    machine.hub.publish("Artificio/WikiArt", tmp_path / "set")
    columns = 'title = "title"\nartist = "artist"\nyear = "date"\ngenre = "genre"\nmovement = "style"'
    path = recipe(tmp_path / "recipe", "Artificio/WikiArt", columns)
    result = machine.run("protocol", "freeze", path, "-o", tmp_path / "lock.json")
    assert result.code == 0, result.err
    by_title = {style["title"]: style for style in styles(tmp_path / "lock.json")}
    sunrise = by_title["Impression, Sunrise"]
    assert sunrise["prompt"] == "a marina painting in the style of Impressionism by Claude Monet"
    assert (sunrise["artist"], sunrise["year"]) == ("Claude Monet", "1872")
    assert by_title["Untitled"]["prompt"] == "a painting in the style of Color Field Painting"


def test_captions_may_be_the_prompts(on, machine, tmp_path):
    """The columns of fusing/wikiart_captions."""
    write_parquet(tmp_path / "set", ("text",), [("a boat\nat dawn",), ("an orchard in bloom",)])
    machine.hub.publish("fusing/wikiart_captions", tmp_path / "set")
    path = recipe(tmp_path / "recipe", "fusing/wikiart_captions", 'prompt = "text"')
    result = machine.run("protocol", "freeze", path, "-o", tmp_path / "lock.json")
    assert result.code == 0, result.err
    assert {style["prompt"] for style in styles(tmp_path / "lock.json")} == {"a boat at dawn", "an orchard in bloom"}
    run = ("run", "--protocol", path, "--methods", "identity", "--metrics", "ssim", "--no-report")
    assert on(machine, *run, "--out", tmp_path / "run").code == 0


@pytest.mark.parametrize(
    ("columns", "place", "message"),
    [
        ('movement = "stile"', "hub", "has no column 'stile'; did you mean style?"),
        ('image = "style"\nmovement = "genre"', "hub", "column 'style'"),
        ('movement = "image"', "hub", "column image holds no labels but values of type Image"),
        ('movement = "style"', "nowhere", "--from nowhere: there is no such folder"),
        ('movement = "style"', ".", "cannot read the data set in ."),
        ("", "hub", "no column of huggan/wikiart is named for labels"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(machine, tmp_path, columns, place, message):
    result = machine.run("protocol", "freeze", recipe(tmp_path / "recipe", NAME, columns), "--from", place)
    assert result.code == 2
    assert len(result.error_lines) == 1
    assert message in result.error_lines[0]


def test_a_split_that_does_not_exist_is_named(machine, tmp_path):
    path = recipe(tmp_path / "recipe", NAME, 'movement = "style"')
    path.write_text(path.read_text().replace("paintings = 2", 'paintings = 2\nsplit = "test"'))
    result = machine.run("protocol", "freeze", path)
    assert "has no split 'test'; there are: train" in result.error_lines[0]


def test_more_works_than_there_are_is_refused(machine, tmp_path):
    path = recipe(tmp_path / "recipe", NAME, 'movement = "style"', paintings=5000)
    assert f"has {SyntheticWikiArt().rows} usable works" in machine.run("protocol", "freeze", path).error_lines[0]


def write_parquet(folder: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A data set of pictures and text columns, in the form that the package ``datasets`` gives them on the hub."""
    import datasets

    features = datasets.Features(image=datasets.Image(), **{column: datasets.Value("string") for column in columns})
    cells = [
        {"image": {"bytes": picture(number, 40), "path": None}, **dict(zip(columns, row, strict=True))}
        for number, row in enumerate(rows)
    ]
    (folder / "data").mkdir(parents=True)
    datasets.Dataset.from_list(cells, features=features).to_parquet(folder / "data" / "train-00000-of-00001.parquet")
