"""Files and folders of any name, as inputs and as outputs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

import benchmark
from tests.conftest import SAMPLE_PLUGINS
from tests.synthetic_wikiart import picture

NAMES = {
    "no UTF-8": (os.fsdecode(b"r\xe9sultats"), r"r\xe9sultats"),
    "a line break and a tab": ("two\nlines\tand more", r"two\nlines\tand more"),
    "an escape sequence": ("\x1b[31mred\x1b[2J", r"\x1b[31mred\x1b[2J"),
}
"""Names that output must not hold as they are, with what it says instead."""
LONG = "a_photograph_of_a_cat_on_a_window_sill_in_the_late_afternoon"


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def name(request):
    return request.param


def assert_plain(result, shown: str) -> None:
    """Fails unless an output shows a name, can be written, and has nothing that commands a terminal."""
    assert "Traceback" not in result.err
    assert shown in result.out + result.err
    for text in (result.out, result.err):
        text.encode()
        assert all(character.isprintable() or character == "\n" for character in text), text


class TestTheFolderOfARun:
    @pytest.fixture
    def run(self, tiny, tmp_path, name):
        folder = tmp_path / name[0]
        return folder, tiny("identity,style_copy", "--out", folder)

    def test_is_named_without_breaking_a_line(self, run, command, name, tmp_path):
        folder, result = run
        assert result.code == 0, result.err
        assert_plain(result, f"{name[1]}: 10 units: 10 ok")
        table = pd.read_parquet(io.BytesIO((folder / "results.parquet").read_bytes()))
        assert len(table) == len(benchmark.load_run(folder)) == 10
        finished = command("doctor", folder)
        assert finished.code == 0, finished.out
        (folder / "images" / "identity" / "hills--cold.png").unlink()
        for arguments, code, shown in (
            (("doctor", folder), 2, "hills--cold.png is missing"),
            (("baseline", folder, "-o", tmp_path / f"{name[0]}.json"), 0, f"{name[1]}.json: 2 methods"),
            (("check", folder, "--baseline", tmp_path / f"{name[0]}.json"), 0, name[1]),
            (("check", folder, "--thresholds", folder / "gone.toml"), 2, "gone.toml"),
            (("compare", folder, folder), 0, name[1]),
            (("doctor", folder / "gone"), 2, "is not a run"),
        ):
            said = command(*arguments)
            assert said.code == code, said.err
            assert_plain(said, shown)

    def test_is_escaped_in_what_is_written(self, run, command, name):
        folder, _ = run
        for kind in ("html", "markdown", "latex", "csv", "json", "figures"):
            result = command("report", folder, "--format", kind)
            assert result.code == 0, result.err
            assert_plain(result, name[1])
        for file in folder.rglob("*"):
            if file.suffix in {".json", ".jsonl", ".html", ".md", ".tex", ".csv", ".svg", ".txt"}:
                text = file.read_bytes().decode()
                assert "\x1b" not in text
                assert "\ufffd" not in text
        rows = list(csv.reader((folder / "report" / "summary.csv").read_text().splitlines()))
        assert {row[0] for row in rows[1:]} == {name[1]}
        assert json.loads((folder / "report" / "report.json").read_bytes())["runs"][0]["run"] == name[1]

    def test_the_same_command_goes_on(self, run, tiny):
        folder, _ = run
        shutil.rmtree(folder / "images" / "identity")
        result = tiny("identity,style_copy", "--out", folder)
        assert result.code == 0, result.err
        assert "continuing: 5 of 10 units" in result.err


class TestPictures:
    @pytest.fixture
    def file(self, tmp_path, name):
        path = tmp_path / f"{name[0]}.png"
        path.write_bytes(picture(1, 48))
        return path

    def test_are_compared_with_prompts(self, command, file, name, tmp_path):
        given = ("similarity", "--image", file, "--prompt", "a horse")
        shown = f"{name[1]}.png"
        table = command(*given)
        assert table.code == 0, table.err
        assert_plain(table, shown)
        for suffix in (".csv", ".html", ".png"):
            result = command(*given, "-o", tmp_path / f"{name[0]} scored{suffix}")
            assert result.code == 0, result.err
            assert_plain(result, f"{name[1]} scored{suffix}")
        first_line = (tmp_path / f"{name[0]} scored.csv").read_text().splitlines()[0]
        assert first_line == f"prompt,{tmp_path}/{shown}"
        assert f">{shown}<" in (tmp_path / f"{name[0]} scored.html").read_text()

    def test_are_stylized(self, command, sample_plugins, file, name, tmp_path):
        result = command("stylize", file, "--method", "identity", "-o", tmp_path / f"{name[0]}.jpg", "--size", "32")
        assert result.code == 0, result.err
        assert_plain(result, f"{name[1]}.jpg")
        assert (tmp_path / f"{name[0]}.jpg").is_file()

    def test_that_are_missing_are_one_line(self, command, file, name):
        file.unlink()
        result = command("similarity", "--image", file, "--prompt", "a horse")
        assert result.code == 2
        assert_plain(result, f"error: image not found: {file.parent}/{name[1]}.png")
        assert len(result.err.splitlines()) == 1

    def test_make_a_protocol(self, command, file, name, tmp_path):
        for kind in ("contents", "styles"):
            (tmp_path / kind).mkdir()
            shutil.copy(file, tmp_path / kind)
        (tmp_path / "prompts.csv").write_text(f"file,prompt\n{name[1]}.png,a wave\n")
        folder = tmp_path / f"my {name[0]}"
        made = ("--contents", tmp_path / "contents", "--styles", tmp_path / "styles", "-o", folder)
        result = command("protocol", "new", *made, "--prompts", tmp_path / "prompts.csv")
        assert result.code == 0, result.err
        assert_plain(result, "run it: benchmark run --protocol $'")
        protocol = json.loads((folder / "protocol.json").read_bytes())
        assert protocol["title"] == f"my {name[1]}"
        assert protocol["contents"][0]["title"] == name[1]
        assert protocol["styles"][0]["prompt"] == "a wave"
        assert_plain(command("protocol", "show", folder), name[1])
        assert command("protocol", "show", folder, "-o", tmp_path / f"{name[0]}.html").code == 0


@pytest.fixture
def protocol_with_long_names(tmp_path) -> Path:
    """The tiny protocol with names of up to 300 letters, of which its mix makes one that no file can have."""
    folder = tmp_path / "long"
    shutil.copytree(SAMPLE_PLUGINS / "sample_plugins" / "tiny", folder)
    text = (folder / "protocol.toml").read_text()
    for name, long in (("waves", LONG * 5), ("hills", LONG), ("warm", f"{LONG}_warm"), ("cold", f"{LONG}_cold")):
        text = text.replace(f'id = "{name}"', f'id = "{long}"').replace(f'style = "{name}"', f'style = "{long}"')
        text = text.replace(f'content = "{name}"', f'content = "{long}"')
    (folder / "protocol.toml").write_text(text)
    return folder


def test_cases_of_any_length_have_pictures_that_everything_finds(tiny, command, protocol_with_long_names, tmp_path):
    run = tmp_path / "run"
    for said in ("[5/5]", "continuing: 5 of 5 units"):
        result = tiny("identity", "--protocol", protocol_with_long_names)
        assert result.code == 0, result.err
        assert said in result.err
    units = benchmark.load_run(run)
    assert max(map(len, units["case"])) > 400
    assert all((run / image).is_file() for image in units["image"])
    assert sorted(units["image"]) == sorted(str(path.relative_to(run)) for path in run.glob("images/*/*"))
    manifest = json.loads((run / "run.json").read_text())
    assert all((run / item["thumbnail"]).is_file() for item in (*manifest["contents"], *manifest["styles"]))
    assert command("doctor", run).code == 0
    assert command("report", run).code == 0
    assert "the picture is missing" not in (run / "report" / "index.html").read_text()

    (run / units["image"].iloc[0]).unlink()
    missing = command("doctor", run)
    assert f"{units['image'].iloc[0]} is missing" in missing.out


class TestAPictureThatCannotBeWritten:
    IMAGE = Path("images", "identity", "hills--cold.png")

    @pytest.fixture
    def blocked(self, tiny, tmp_path):
        """A run in which a folder has taken the place of a picture."""
        assert tiny("identity").code == 0
        image = tmp_path / "run" / self.IMAGE
        image.unlink()
        image.mkdir()
        return image

    def test_is_the_failure_of_its_unit(self, tiny, command, blocked, tmp_path):
        shutil.rmtree(blocked.parent.parent / "identity", ignore_errors=True)
        blocked.mkdir(parents=True)
        result = tiny("identity")
        assert result.code == 4, result.err
        assert "5 units: 4 ok, 1 failed" in result.out
        assert f"hills--cold failed: cannot write {blocked}: Is a directory" in result.err
        units = benchmark.load_run(tmp_path / "run").set_index("case")
        assert units.loc["hills--cold", "error"] == f"cannot write {blocked}: Is a directory"
        assert units.loc["hills--cold", "image"] == ""
        assert f"failed: cannot write {blocked}" in command("doctor", tmp_path / "run").out

        blocked.rmdir()
        assert tiny("identity").code == 0
        assert blocked.is_file()
        assert command("doctor", tmp_path / "run").code == 0

    def test_stays_that_where_a_metric_ends_the_worker_on_it(self, command, sample_plugins, tmp_path, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "crash")
        given = ("run", "--protocol", "tiny", "--methods", "identity", "--no-report", "--out", tmp_path / "run")
        given = (*given, "--metrics", "brightness_difference,crashing_metric,brightness_gap", "--limit", "1")
        assert command(*given).code == 4
        image = tmp_path / "run" / "images" / "identity" / "waves--warm.png"
        image.unlink()
        image.mkdir()
        result = command(*given)
        assert result.code == 4, result.err
        assert f"cannot write {image}: Is a directory" in result.err
        image.rmdir()
        monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
        assert command(*given).code == 0


def test_a_name_that_no_file_can_have_is_one_clear_line(command, sample_plugins, tmp_path):
    name = "x" * 300
    contents = SAMPLE_PLUGINS / "sample_plugins" / "tiny"
    new = ("protocol", "new", "--contents", contents, "--styles", contents)
    for arguments in (
        ("run", "--protocol", "tiny", "--methods", "identity", "--out", tmp_path / name),
        ("run", "--protocol", tmp_path / name),
        ("protocol", "show", name),
        (*new, "-o", tmp_path / name),
        ("protocol", "new", "--contents", tmp_path / name, "--styles", contents, "-o", tmp_path / "new"),
        ("similarity", "--image", tmp_path / name, "--prompt", "a horse"),
        ("doctor", tmp_path / name),
    ):
        result = command(*arguments)
        assert result.code == 2
        assert len(result.error_lines) == len(result.err.splitlines()) == 1, result.err
        assert "File name too long" in result.err
        assert "unexpected" not in result.err
