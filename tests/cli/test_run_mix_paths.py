"""Paths of mixes and masks in a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.analysis.loading import load_records
from benchmark.analysis.mix_paths import mix_paths
from tests.conftest import SAMPLE_PLUGINS

PATH = """
[[mixes]]
content = "hills"
styles = [{ style = "warm" }, { style = "cold" }]
weights = [[1, 0], [1, 1], [0, 1]]
"""


@pytest.fixture
def run(command, sample_plugins, tmp_path) -> Path:
    """A run of the tiny protocol with a path of three steps."""
    folder = tmp_path / "protocol"
    folder.mkdir()
    tiny = SAMPLE_PLUGINS / "sample_plugins" / "tiny"
    for image in tiny.glob("*.png"):
        (folder / image.name).write_bytes(image.read_bytes())
    (folder / "protocol.toml").write_text((tiny / "protocol.toml").read_text() + PATH)
    arguments = ("--methods", "noisy,color_transfer,blend", "--metrics", "ssim", "--no-report")
    assert command("run", "--protocol", folder, *arguments, "--out", tmp_path / "run").code == 0
    return tmp_path / "run"


def pixels(run: Path, method: str, case: str) -> np.ndarray:
    return np.asarray(Image.open(run / "images" / method / f"{case}.png"), dtype=np.int64)


def test_every_step_is_made_and_scored_for_itself(run):
    steps = [f"hills--warm+cold@{shares}" for shares in ("100+0", "50+50", "0+100")]
    first, middle, last = (pixels(run, "color_transfer", step) for step in steps)
    assert (first != last).any()
    assert np.abs(middle - first).mean() < np.abs(last - first).mean()
    assert np.array_equal(first, pixels(run, "color_transfer", "hills--warm"))
    (path,) = mix_paths(load_records(run))
    assert [case.id for case in path.cases] == steps
    assert path.weights == ((1, 0), (0.5, 0.5), (0, 1))


def test_steps_are_drawn_alike(run):
    assert np.array_equal(*(pixels(run, "noisy", f"hills--warm+cold@{shares}") for shares in ("100+0", "50+50")))
    assert not np.array_equal(pixels(run, "noisy", "hills--warm+cold@50+50"), pixels(run, "noisy", "hills--warm"))


def test_a_method_of_one_style_answers_the_ends(run):
    units = load_records(run).units
    blended = units[(units.method == "blend") & units.case.str.contains("@")]
    assert list(blended.status) == ["ok", "skipped", "ok"]


def test_earlier_programs_refuse_what_they_would_misread(run):
    assert json.loads((run / "run.json").read_text())["schema_version"] == 4


def test_masks_are_kept_as_the_methods_saw_them_and_merged(run, command, tmp_path):
    mask = Path("inputs") / "masks" / "waves--warm+cold--2.png"
    with Image.open(run / mask) as kept:
        assert (kept.size, kept.mode) == ((32, 32), "L")
    arguments = ("--methods", "identity", "--metrics", "ssim", "--no-report", "--out", tmp_path / "other")
    assert command("run", "--protocol", tmp_path / "protocol", *arguments).code == 0
    assert command("merge", run, tmp_path / "other", "-o", tmp_path / "merged").code == 0
    assert (tmp_path / "merged" / mask).read_bytes() == (run / mask).read_bytes()
    assert len(mix_paths(load_records(tmp_path / "merged"))) == 1


def test_the_page_shows_them(run, command, tmp_path):
    assert command("report", run, "-o", tmp_path / "page").code == 0
    text = (tmp_path / "page" / "index.html").read_text()
    assert "Along paths of shares" in text
    assert "mask of cold" in text
