"""Commands that show scores name the networks that made them."""

from __future__ import annotations

import json

import pytest

NOTE = "‡ clip-tiny-judge is not CLIP: compare within this protocol only"


@pytest.fixture
def run(command, tmp_path):
    """A run of two controls, scored with a stand-in and without any network."""
    result = command(
        *("run", "--protocol", "smoke", "--methods", "identity,style_copy", "--limit", "1", "--no-report"),
        *("--metrics", "clip_text_similarity,ssim", "--out", tmp_path / "run"),
    )
    assert result.code == 0, result.err
    return tmp_path / "run", result


def test_a_run_and_what_is_made_of_it(command, run, tmp_path):
    path, result = run
    rows = {line.split("│")[1].strip(): line.split("│")[2].strip() for line in result.out.splitlines() if "│" in line}
    assert rows["clip_text_similarity ↑"] == "clip-tiny-judge ‡"
    assert rows["ssim ↑"] == rows["seconds ↓"] == ""
    assert NOTE in result.out.splitlines()

    models = {model["name"]: model["stands_in_for"] for model in json.loads((path / "run.json").read_text())["models"]}
    assert models["clip-tiny-judge"] == "CLIP"
    assert models["vgg19-embedded"] == models["st-lpips-alex"] == ""

    compared = command("compare", path, path)
    assert "note: clip_text_similarity by clip-tiny-judge ‡" in compared.out
    assert f"note: {NOTE}" in compared.out
    assert "networks" in json.loads(command("compare", path, "--json").out)

    baseline = command("baseline", path, "-o", tmp_path / "baseline.json")
    assert f"note: {NOTE}" in baseline.err
    assert f"note: {NOTE}" in command("check", path, "--baseline", tmp_path / "baseline.json").out


def test_the_lists_of_metrics_and_methods_name_the_networks_of_a_protocol(command):
    metrics = command("list", "metrics", "--protocol", "smoke").out
    assert "clip-tiny-judge ‡" in metrics
    assert NOTE in metrics
    methods = {row["name"]: row for row in json.loads(command("list", "methods", "--json").out)}
    assert methods["adain"]["network"] == "vgg19-embedded + adain-decoder-embedded ‡"
    assert {"name": "clip-tiny", "stands_in_for": "CLIP"} in methods["clipstyler"]["networks"]
    assert methods["gatys"]["network"] == "vgg19-embedded"
    published = command("list", "methods", "--protocol", "wikiart").out
    assert "clip-ViT-" in published
    assert "‡" not in published


def test_a_protocol_says_which_of_its_networks_are_stand_ins(command, tmp_path):
    shown = command("show", "mini").out
    assert "  clip_judge: clip-tiny-judge ‡" in shown
    assert "  vgg: vgg19-embedded\n" in shown
    assert "‡ clip-tiny and clip-tiny-judge are not CLIP" in shown
    command("protocol", "show", "mini", "-o", tmp_path / "mini.html")
    assert "clip-tiny-judge ‡" in (tmp_path / "mini.html").read_text(encoding="utf-8")
