"""Prompts of a protocol that its text-image models do not wholly read."""

from __future__ import annotations

import json
import shutil

import pytest

from benchmark.analysis.loading import load_records
from tests.conftest import SAMPLE_PLUGINS

SCENE = "an oil painting of a cat and a dog and a horse and a cow " * 3
PROTOCOL = """
schema_version = 1
name = "worded"
version = "1"
title = "Worded"
resolution = 64
models = {{ vgg = "vgg19-embedded", clip = "clip-tiny", clip_judge = "clip-tiny-judge" }}
[methods.clipstyler]
steps = 1
patches = 1
channels = [4, 4, 4]
content_layers = ["relu1_1"]
templates = "style"
[[contents]]
id = "waves"
image = "waves.png"
[[styles]]
id = "warm"
image = "warm.png"
prompt = "{first}"
[[styles]]
id = "cold"
prompt = "{second}"
"""


@pytest.fixture
def run(command, tmp_path):
    """Runs a protocol whose two styles have these prompts; the run is in ``tmp_path / "run"``."""

    def start(first: str, second: str, *arguments: str):
        folder = tmp_path / "worded"
        folder.mkdir()
        for name in ("waves.png", "warm.png"):
            shutil.copy(SAMPLE_PLUGINS / "sample_plugins" / "tiny" / name, folder / name)
        (folder / "protocol.toml").write_text(PROTOCOL.format(first=first, second=second), encoding="utf-8")
        return command(
            "run", "--protocol", folder, "--metrics", "clip_text_similarity", "--out", tmp_path / "run", *arguments
        )

    return start


def test_one_line_a_prompt_says_what_each_reader_left_out_and_the_run_keeps_it(run, tmp_path):
    result = run(f"{SCENE} in ink", "a sketch", "--methods", "identity,clipstyler", "--limit", "1")

    assert result.code == 0
    (line,) = [line for line in result.err.splitlines() if line.startswith("prompt ")]
    assert "clip-tiny-judge reads its first" in line
    assert "clip-tiny (clipstyler) reads its first" in line
    assert "in the longest of 5 phrasings; not read: " in line
    kept = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["unread_prompts"]
    assert [(loss["styles"], loss["model"], loss["reader"]) for loss in kept] == [
        (["warm"], "clip-tiny-judge", ""),
        (["warm"], "clip-tiny", "clipstyler"),
    ]
    for loss in kept:
        assert loss["unread"] == f"{SCENE} in ink"[loss["read"] :].strip()
    records = load_records(tmp_path / "run")
    assert records.warnings == ("not wholly read: the prompts of warm; the run's provenance says what was lost",)
    assert "not read: " in records.provenance["prompts not wholly read"]["warm › metrics, clip-tiny-judge"]
    page = (tmp_path / "run" / "report" / "index.html").read_text(encoding="utf-8")
    assert "not wholly read: the prompts of warm" in page
    assert "clip-tiny-judge reads its first" in page


def test_short_prompts_leave_no_word(run, tmp_path):
    result = run("in ink", "a sketch", "--methods", "identity", "--no-report")

    assert result.code == 0
    assert "prompt " not in result.err
    assert json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["unread_prompts"] == []
    assert load_records(tmp_path / "run").warnings == ()


def test_two_styles_that_become_one_are_refused_before_anything_runs(run, tmp_path):
    result = run(f"{SCENE} in ink", f"{SCENE} in oil", "--methods", "identity")

    assert result.code == 2
    (line,) = result.error_lines
    assert "styles warm and cold have different prompts that are one to clip-tiny-judge" in line
    assert "reads no more than 'an oil painting of a cat" in line
    assert not (tmp_path / "run").exists()


def test_the_audit_refuses_them_too(run, command, tmp_path):
    run(f"{SCENE} in ink", f"{SCENE} in oil", "--methods", "identity")
    result = command("audit", "--protocol", tmp_path / "worded", "--metrics", "clip_text_similarity")

    assert result.code == 2
    assert "styles warm and cold" in result.error_lines[0]
