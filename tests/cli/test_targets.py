"""Results that cannot be written are refused before anything is computed, and nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from PIL import Image

from benchmark.cli.targets import Results, try_output_file, try_output_folder
from benchmark.errors import InputError


class TestAFile:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("folder.csv", "it is a folder; name a file"),
            ("out.xyz", "name a file ending in .csv"),
            ("out", "name a file ending in .csv"),
            ("file/out.csv", "file is no folder"),
            ("lost/out.csv", "lost is no folder"),
            ("pipe.csv", "it is no ordinary file"),
            ("input.csv", "it is one of the files that are read"),
            ("alias.csv", "it is one of the files that are read"),
            (f"{'n' * 252}.csv", "File name too long"),
            ("/proc/out.csv", "cannot write /proc/out.csv"),
        ],
    )
    def test_that_cannot_be_written(self, tmp_path, name, words):
        (tmp_path / "folder.csv").mkdir()
        (tmp_path / "file").touch()
        (tmp_path / "input.csv").write_text("kept")
        (tmp_path / "alias.csv").symlink_to("input.csv")
        (tmp_path / "lost").symlink_to("nowhere")
        os.mkfifo(tmp_path / "pipe.csv")
        before = sorted(tmp_path.iterdir())
        with pytest.raises(InputError) as error:
            try_output_file(tmp_path / name, [".csv"], [tmp_path / "input.csv"])
        assert words in str(error.value)
        assert sorted(tmp_path.iterdir()) == before
        assert (tmp_path / "input.csv").read_text() == "kept"

    def test_that_can_leaves_nothing(self, tmp_path):
        try_output_file(tmp_path / "new" / "folder" / "out.csv", [".csv"])
        try_output_file(tmp_path / "OUT.CSV", [".csv"])
        assert list(tmp_path.iterdir()) == []

    def test_whose_folder_must_exist(self, tmp_path):
        with pytest.raises(InputError, match="there is no folder"):
            try_output_file(tmp_path / "new" / "out.csv", needs_folder=True)

    def test_is_noted_as_what_holds_the_result(self, tmp_path):
        results = Results()
        with click.Context(click.Command("command"), obj=results):
            with pytest.raises(InputError):
                try_output_file(tmp_path)
            assert not results.on_disk
            try_output_file(tmp_path / "out.csv")
        assert results.on_disk


class TestAFolder:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("file", "file is no folder"),
            ("file/new", "file is no folder"),
            ("read", "it is read"),
            ("/proc/a", "/proc/a"),
        ],
    )
    def test_that_cannot_be_written(self, tmp_path, name, words):
        (tmp_path / "file").touch()
        (tmp_path / "read").mkdir()
        with pytest.raises(InputError) as error:
            try_output_folder(tmp_path / name, [tmp_path / "read"])
        assert words in str(error.value)

    def test_the_line_names_the_variable_that_names_another(self):
        with pytest.raises(InputError, match="; SOME_VARIABLE names another folder"):
            try_output_folder(Path("/proc/a"), variable="SOME_VARIABLE")

    def test_that_can_leaves_nothing(self, tmp_path):
        try_output_folder(tmp_path / "new" / "folder")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("stylize", "IN/photo.png", "--method", "raises", "--prompt", "x", "-o", "IN/folder.png"),
        ("stylize", "IN/photo.png", "--method", "raises", "--prompt", "x", "-o", "IN/photo.png"),
        ("stylize", "IN/photo.png", "IN/other.png", "--method", "raises", "--prompt", "x", "-o", "IN/file"),
        ("similarity", "--image", "IN/photo.png", "--prompt", "x", "--model", "vgg19", "-o", "IN/file/m.csv"),
        ("run", "--protocol", "smoke", "--methods", "none", "--out", "IN/file/run"),
        ("report", "IN/run", "-o", "IN/file/report"),
        ("baseline", "IN/run", "-o", "IN/folder.png"),
        ("baseline", "IN/run", "-o", "IN/run/run.json"),
        ("protocol", "show", "none", "-o", "IN/file/page.html"),
        ("protocol", "freeze", "none", "-o", "IN/file/lock.json"),
        ("protocol", "new", "--contents", "IN/none", "--styles", "IN/none", "-o", "IN/file/p"),
        ("new", "method", "mine", "-o", "IN/file/mine"),
        ("weights", "fetch", "vgg19"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_every_command_refuses_before_it_looks_at_anything_else(
    command, sample_plugins, monkeypatch, tmp_path, arguments
):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "file" / "weights"))
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}")
    for name in ("photo.png", "other.png"):
        Image.new("RGB", (32, 32)).save(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    result = command(*(argument.replace("IN/", f"{tmp_path}/") for argument in arguments))
    assert result.code == 2
    assert [line[: len("error: cannot write")] for line in result.err.splitlines()] == ["error: cannot write"]
    assert sorted(tmp_path.rglob("*")) == before
