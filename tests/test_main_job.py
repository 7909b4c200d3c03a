"""The main job on the smallest shipped protocol: every method, every metric, real networks and pictures."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import benchmark
from tests.own_networks import lacking

pytestmark = pytest.mark.timeout(600)
WITHOUT_GHIASI = lacking("ghiasi")
METHODS = [
    *("aams", "adain", "clip_pixels", "clipstyler", "color_transfer", "efdm", "gatys"),
    *(() if WITHOUT_GHIASI else ("ghiasi",)),
    *("identity", "johnson", "multi_style", "nnst", "strotss", "style_copy"),
]


def run(out: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmark", "run", "--protocol", "smoke", "--out", str(out), *arguments]
    environment = {**os.environ, "PYTHONWARNINGS": "default"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a whole run, and what the command printed."""
    out = tmp_path_factory.mktemp("smoke") / "run"
    with run(out, "--methods", "all") as process:
        try:
            printed, errors = process.communicate(timeout=580)
        finally:
            process.kill()
    assert process.returncode == 0, errors
    return out, printed, errors


@pytest.fixture(scope="module")
def means(finished):
    """Means by method and column."""
    table = benchmark.load_run(finished[0])
    return table.groupby("method").mean(numeric_only=True)


def test_every_unit_ends_ok_with_every_score(finished):
    table = benchmark.load_run(finished[0])
    assert sorted(set(table.method)) == METHODS
    assert (table.status == "ok").all()
    manifest = json.loads((finished[0] / "run.json").read_text())
    available = [metric for metric in manifest["metrics"] if not metric["unavailable"]]
    metrics = [metric["name"] for metric in available if metric["sample_size"] is None]
    assert len(metrics) == 14
    assert table[metrics].notna().all(axis=None)


def test_every_method_has_a_score_as_a_whole(finished):
    summary = json.loads((finished[0] / "summary.json").read_text())
    rows = {row["method"]: row for row in summary["rows"] if row["metric"] == "cmmd"}
    assert sorted(rows) == METHODS
    assert all(row["mean"] is not None and "says little" in row["warning"] for row in rows.values())
    assert min(rows, key=lambda method: rows[method]["mean"]) == "style_copy"


def test_metrics_have_their_ends_at_the_controls(means):
    assert means.ssim.idxmax() == "identity"
    assert means.ms_ssim.idxmax() == "identity"
    assert means.st_lpips.idxmin() == "identity"
    assert means.vgg_content_loss.idxmin() == "identity"
    assert means.cfsd.idxmin() == "identity"
    assert means.clip_content_similarity.idxmax() == "identity"
    assert means.vgg_style_loss.idxmin() == "style_copy"
    assert means.style_distance.idxmin() == "style_copy"
    assert means.clip_style_similarity.idxmax() == "style_copy"
    assert means.color_histogram_distance.idxmin() == "style_copy"
    assert means.rgb_uv_histogram_distance.idxmin() == "style_copy"
    assert means.clip_text_similarity.idxmax() == "style_copy"


@pytest.mark.parametrize("method", ["gatys", "adain", "efdm", "aams", *([] if WITHOUT_GHIASI else ["ghiasi"])])
def test_a_painting_gives_its_manner_and_keeps_the_content(means, method):
    assert means.vgg_style_loss[method] < 0.5 * means.vgg_style_loss["identity"]
    assert means.vgg_content_loss[method] < means.vgg_content_loss["style_copy"]
    assert means.st_lpips[method] < means.st_lpips["style_copy"]


@pytest.mark.parametrize("method", ["clipstyler", "multi_style"])
def test_a_prompt_is_approached_in_the_eyes_of_the_judge(means, method):
    assert means.clip_text_similarity[method] > means.clip_text_similarity["identity"] + 0.05
    assert means.clip_directional_similarity[method] > 0.1
    assert means.st_lpips[method] < means.st_lpips["style_copy"]


def test_scores_by_a_network_that_a_method_optimised_are_circular(finished):
    rows = json.loads((finished[0] / "summary.json").read_text())["rows"]
    circular = {(row["method"], row["metric"]) for row in rows if row["circular"]}
    assert ("gatys", "vgg_style_loss") in circular
    assert ("gatys", "style_distance") in circular
    assert ("clipstyler", "vgg_content_loss") in circular
    assert not any(metric.startswith("clip_") for _, metric in circular), "the judge is never optimised"
    assert not any(method in ("identity", "style_copy", "color_transfer", "clip_pixels") for method, _ in circular)


def test_the_report_is_a_page_with_its_pictures_that_shows_everything(finished):
    folder = finished[0] / "report"
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "pictures"]
    outside_scripts = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    linked = set(re.findall(r'\bsrc="([^"]*)"', outside_scripts))
    assert linked
    assert all((folder / source).is_file() for source in linked if not source.startswith("data:"))
    for title in ("Gatys", "AdaIN", "CLIPstyler", "Identity", "The Starry Night", "protocol smoke names no model"):
        assert title in page


def test_results_go_to_standard_output_and_progress_to_standard_error(finished):
    _, printed, errors = finished
    assert "clip_text_similarity" in printed
    assert "report:" in printed
    assert f"[{2 * len(METHODS)}/{2 * len(METHODS)}]" in errors
    assert "left out: method sanet: weights are needed that are not here: transformer_iter_500000.pth" in errors
    assert "Warning" not in errors


def test_a_run_killed_in_the_middle_ends_like_an_undisturbed_one(finished, tmp_path):
    out = tmp_path / "run"
    journal = out / "journal.jsonl"
    arguments = ("--methods", "adain,gatys,identity", "--no-report")
    process = run(out, *arguments)
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= 3):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert journal.read_bytes().count(b"\n") < 6, "the run was over before it could be killed"
    again = run(out, *arguments)
    _, errors = again.communicate(timeout=200)
    assert again.returncode == 0, errors
    assert "continuing: 3 of 6" in errors
    costs = ["seconds", "cpu_seconds", "disturbed", "peak_memory_bytes"]
    undisturbed = benchmark.load_run(finished[0]).drop(columns=costs)
    expected = undisturbed[undisturbed.method.isin(["adain", "gatys", "identity"])].reset_index(drop=True)
    continued = benchmark.load_run(out).drop(columns=costs)
    assert continued.to_dict("records") == expected.to_dict("records")
    for image in (out / "images").rglob("*.png"):
        assert image.read_bytes() == (finished[0] / image.relative_to(out)).read_bytes()
