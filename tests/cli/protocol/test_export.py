"""``benchmark protocol export``."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image

from benchmark.escaping import shell_command
from benchmark.execution.bench.inputs import CaseInputs
from benchmark.images import load_mask, load_square
from benchmark.pictures.case_names import CaseNames
from benchmark.pictures.listing import Listing
from benchmark.pictures.table import read_pictures_table
from benchmark.plan.unit import file_stem
from benchmark.protocol.case_table import COLUMNS
from benchmark.protocol.reading import read_protocol
from tests.conftest import SAMPLE_PLUGINS
from tests.synthetic_wikiart import picture

TINY = SAMPLE_PLUGINS / "sample_plugins" / "tiny"
FILES = ["README.md", "cases.csv", "contents", "export.json", "masks", "styles"]


@pytest.fixture
def tiny(tmp_path):
    """The tiny protocol in a folder with a blank in its name."""
    return Path(shutil.copytree(TINY, tmp_path / "my protocols" / "tiny"))


@pytest.fixture
def edit(tiny):
    def replace(old: str, new: str) -> None:
        file = tiny / "protocol.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return replace


@pytest.fixture
def exported(command, tiny, tmp_path):
    """Exports the tiny protocol to a folder with a blank in its name."""

    def run() -> Path:
        result = command("protocol", "export", tiny, "-o", tmp_path / "to stylize")
        assert result.code == 0, result.err
        return tmp_path / "to stylize"

    return run


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_holds_pictures_a_table_and_a_readme(exported):
    assert sorted(path.name for path in exported().iterdir()) == FILES


def test_pictures_are_exactly_what_methods_see(exported, tiny):
    # Neither square nor of the protocol's size, so that scaling and cutting matter.
    for number, name in enumerate(("waves.png", "warm.png", "cold.png")):
        (tiny / name).write_bytes(picture(number, 90))
        with Image.open(tiny / name) as image:
            image.resize((90, 50 + number)).save(tiny / name, "PNG")
    folder = exported()
    inputs = CaseInputs(32, torch.device("cpu"))
    for case, row in zip(read_protocol(tiny / "protocol.toml").cases, rows_of(folder), strict=True):
        assert torch.equal(load_square(folder / row["content"], 32), inputs.content(case))
        with Image.open(folder / row["content"]) as image:
            assert (image.size, image.format) == ((32, 32), "PNG")
        masks = row["masks"].split(";") if row["masks"] else [""] * len(case.styles)
        for condition, style, mask in zip(inputs.conditions(case), row["style"].split(";"), masks, strict=True):
            assert torch.equal(load_square(folder / style, 32), condition.image)
            if condition.mask is not None:
                assert torch.equal(load_mask(folder / mask, 32), condition.mask)
            assert bool(mask) == (condition.mask is not None)


def test_the_table_names_every_case_and_the_file_that_is_expected_back(exported, edit):
    edit("resolution = 32", "resolution = 32\nseeds = [0, 7]")
    rows = rows_of(exported())
    assert list(rows[0]) == ["case", "content", "style", "weights", "masks", "prompt", "seed", "file"] == list(COLUMNS)
    assert rows[1] == {
        "case": "waves--warm--7", "content": "contents/waves.png", "style": "styles/warm.png", "weights": "1",
        "masks": "", "prompt": "a warm painting", "seed": "7", "file": "waves--warm--7.png",
    }  # fmt: skip
    assert rows[-1] == {
        "case": "waves--warm+cold--7", "content": "contents/waves.png", "style": "styles/warm.png;styles/cold.png",
        "weights": "0.75;0.25", "masks": ";masks/waves--warm+cold--2.png",
        "prompt": "a warm painting + a cold painting", "seed": "7", "file": "waves--warm+cold--7.png",
    }  # fmt: skip


def test_the_table_is_read_back_with_the_pictures(exported, edit, tiny, tmp_path):
    edit('image = "cold.png"\n', "")
    edit('prompt = "a cold painting"', 'prompt = "cold; very cold, \\"icy\\""')
    edit("weight = 3", "weight = 2")
    table = exported() / "cases.csv"
    rows = {row["case"]: row for row in rows_of(table.parent)}
    assert (rows["waves--cold"]["style"], rows["waves--cold"]["prompt"]) == ("", 'cold; very cold, "icy"')
    assert rows["waves--warm+cold"]["style"] == "styles/warm.png;"
    assert rows["waves--warm+cold"]["weights"] == f"{2 / 3};{1 / 3}"
    names = CaseNames(read_protocol(tiny / "protocol.toml").cases)
    listing = Listing(tuple(f"{name}.png" for name in names.ids), ())
    read = read_pictures_table(table, names, listing)
    assert read.claims == {position: [f"{name}.png"] for position, name in enumerate(names.ids)}
    assert read.inputs >= {"contents/waves.png", "styles/warm.png", "masks/waves--warm+cold--2.png"}


def test_names_that_files_cannot_have_are_replaced_as_in_runs(exported, edit):
    long = "x" * 300
    edit('id = "waves"', 'id = "con"')
    edit('content = "waves"', 'content = "con"')
    edit('id = "hills"', f'id = "{long}"')
    folder = exported()
    rows = rows_of(folder)
    assert rows[0]["content"] == f"contents/{file_stem('con')}.png" != "contents/con.png"
    assert rows[2]["case"] == f"{long}--warm"
    for row in rows:
        assert row["file"] == f"{file_stem(row['case'])}.png"
        assert len(row["file"].encode()) <= 255
        assert (folder / row["content"]).is_file()


def test_the_readme_says_what_is_expected_and_whose_the_pictures_are(exported, edit, tiny):
    facts = (
        'title = "Hills [at noon]"\ncreator = "A. Painter"\nlicence = "CC-BY-4.0"\nsource = "https://example.org/a_b"'
    )
    edit('image = "hills.png"', f'image = "hills.png"\n{facts}')
    edit('id = "warm"', 'id = "warm"\nartist = "B. <Other>"')
    readme = (exported() / "README.md").read_text(encoding="utf-8")
    assert "32 × 32 pixels" in readme
    assert "`waves--warm.png`" in readme
    run = shell_command(["benchmark", "run", "--protocol", str(tiny), "--pictures"])
    assert f"{run} NAME=FOLDER\nbenchmark report runs/…" in readme
    assert r"- `contents/hills.png`: Hills \[at noon\]; A. Painter; CC-BY-4.0; <https://example.org/a_b>" in readme
    assert r"- `styles/warm.png`: B. \<Other\>; no licence is stated" in readme
    assert read_protocol(tiny / "protocol.toml").fingerprint in readme


def test_a_second_time_files_are_written_anew_and_others_stay(exported):
    folder = exported()
    first = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "contents" / "waves.png").write_bytes(b"")
    (folder / "cases.csv").unlink()
    (folder / "stylized").mkdir()
    (folder / "stylized" / "waves--warm.png").write_bytes(b"mine")
    exported()
    assert {path: path.read_bytes() for path in first} == first
    assert (folder / "stylized" / "waves--warm.png").read_bytes() == b"mine"


class TestRefused:
    def test_is_a_folder_with_something_else(self, command, tiny, tmp_path):
        (tmp_path / "thesis.tex").write_text("")
        result = command("protocol", "export", tiny, "-o", tmp_path)
        assert result.code == 2
        assert result.error_lines == [
            f"error: {tmp_path} exists already and holds something else; name a folder that does not"
        ]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["my protocols", "thesis.tex"]

    def test_is_an_export_of_another_fingerprint(self, command, exported, edit, tiny):
        folder = exported()
        before = json.loads((folder / "export.json").read_text())["fingerprint"]
        edit("a warm painting", "a hot painting")
        result = command("protocol", "export", tiny, "-o", folder)
        assert result.code == 2
        assert f"is an export of tiny 1 with another fingerprint ({before[:12]}…" in result.error_lines[0]
        assert "a warm painting" in (folder / "cases.csv").read_text()

    @pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(picture(9, 40))])
    def test_is_a_picture_that_is_not_there_or_not_the_pinned_one_and_nothing_is_left(
        self, command, edit, tiny, tmp_path, damage
    ):
        edit('id = "warm"', f'id = "warm"\nsha256 = "{"0" * 64}"')
        damage(tiny / "warm.png")
        result = command("protocol", "export", tiny, "-o", tmp_path / "out")
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert "warm.png" in result.error_lines[0]
        assert [path.name for path in tmp_path.iterdir()] == ["my protocols"]

    def test_is_a_recipe_that_was_not_frozen(self, command, tmp_path, monkeypatch):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", str(tmp_path / "data"))
        result = command("protocol", "export", "wikiart-small", "-o", tmp_path / "out")
        assert result.code == 2
        assert "get them: benchmark protocol freeze wikiart-small" in result.error_lines[0]
        assert not (tmp_path / "out").exists()

    def test_is_a_file(self, command, tiny, tmp_path):
        (tmp_path / "out").write_text("")
        result = command("protocol", "export", tiny, "-o", tmp_path / "out")
        assert result.code == 2
        assert len(result.error_lines) == 1


def test_a_frozen_protocol_credits_its_data_set(on, machine, lock, tmp_path):
    result = on(machine, "protocol", "export", lock, "-o", tmp_path / "out")
    assert result.code == 0, result.err
    assert len(rows_of(tmp_path / "out")) == 40
    assert "- The styles are works of the data set huggan/wikiart" in (tmp_path / "out" / "README.md").read_text()
