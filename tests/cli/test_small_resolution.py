"""Protocols whose pictures are too small for a metric or a method: known beforehand, said everywhere, no failure."""

from __future__ import annotations

import json
import shutil

import pytest

import benchmark
from tests.conftest import SAMPLE_PLUGINS

REASON = "needs sides of at least 161 px, those of protocol tiny have 32×32"


@pytest.fixture
def protocol(tmp_path):
    """The tiny protocol, 32×32, as a folder that needs no plugin."""
    return shutil.copytree(SAMPLE_PLUGINS / "sample_plugins" / "tiny", tmp_path / "tiny")


@pytest.fixture
def run(command, protocol, tmp_path):
    """Runs a control on it with all metrics; the run is in ``tmp_path / "run"``."""
    arguments = ("--methods", "identity", "--metrics", "all", "--out", tmp_path / "run", "--no-report")
    return lambda *more: command("run", "--protocol", protocol, *arguments, *more)


def test_a_metric_that_needs_larger_pictures_is_unavailable(run, command, tmp_path):
    result = run()
    assert result.code == 0
    assert f"unavailable: ms_ssim: {REASON}" in result.out
    table = benchmark.load_run(tmp_path / "run")
    assert table.status.eq("ok").all()
    assert table.ssim.notna().all()
    assert "ms_ssim" not in table
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert manifest["status"] == "complete"
    (metric,) = (metric for metric in manifest["metrics"] if metric["name"] == "ms_ssim")
    assert (metric["unavailable"], metric["minimum_side"]) == (REASON, 161)

    checked = command("doctor", tmp_path / "run")
    assert checked.code == 0
    assert f"note     unavailable: ms_ssim: {REASON}" in checked.out

    assert command("report", tmp_path / "run", "--format", "html").code == 0
    assert REASON in (tmp_path / "run" / "report" / "index.html").read_text(encoding="utf-8")

    baseline = command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
    assert f"left out of the baseline: ms_ssim: {REASON}" in baseline.err


def test_a_run_in_which_it_failed_is_completed_by_the_same_command(run, tmp_path):
    run()
    folder = tmp_path / "run"
    manifest = json.loads((folder / "run.json").read_text())
    for metric in manifest["metrics"]:
        # As a version wrote them that knew of no smallest sides.
        del metric["minimum_side"]
        if metric["name"] == "ms_ssim":
            metric["unavailable"] = ""
    manifest["status"] = "incomplete"
    (folder / "run.json").write_text(json.dumps(manifest))
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    for line in lines:
        line["score_errors"] = {"ms_ssim": "ValueError: ms_ssim needs sides of at least 161 px"}
    (folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    result = run()

    assert result.code == 0, result.err
    assert json.loads((folder / "run.json").read_text())["status"] == "complete"


def test_naming_it_is_refused_before_anything_runs(command, protocol, tmp_path):
    result = command(
        *("run", "--protocol", protocol, "--methods", "identity"),
        *("--metrics", "ssim,ms_ssim", "--out", tmp_path / "run"),
    )
    assert result.code == 2
    assert result.error_lines == [f"error: metric ms_ssim is not available: {REASON}"]
    assert not (tmp_path / "run").exists()


def test_the_list_of_metrics_says_it(command, protocol):
    rows = json.loads(command("list", "metrics", "--protocol", protocol, "--json").out)
    reasons = {row["name"]: row["unavailable"] for row in rows}
    assert reasons["ms_ssim"] == REASON
    assert reasons["kid"] == "needs sides of at least 75 px, those of protocol tiny have 32×32"
    assert reasons["ssim"] == reasons["st_lpips"] == ""
    assert {row["name"]: row["minimum_side"] for row in rows}["ms_ssim"] == 161
    assert REASON in command("list", "metrics", "--protocol", protocol).out
    assert "unavailable" not in command("list", "metrics").out


def test_show_says_what_a_metric_needs(command):
    assert "  minimum_side: 161" in command("show", "ms_ssim").out


def test_an_audit_says_it_does_not_apply(command, protocol):
    findings = json.loads(command("audit", "--protocol", protocol, "--limit", "2", "--json").out)["findings"]
    assert {(finding["verdict"], finding["reason"]) for finding in findings if finding["metric"] == "ms_ssim"} == {
        ("not_applicable", REASON)
    }


def test_a_method_skips_contents_that_are_too_small_for_its_settings(command, protocol, tmp_path):
    text = (protocol / "protocol.toml").read_text()
    named = '[models]\nvgg = "vgg19-embedded"\nclip = "clip-tiny"\n'
    (protocol / "protocol.toml").write_text(text.replace("[models]\n", named))
    result = command(
        *("run", "--protocol", protocol, "--methods", "clipstyler,identity", "--metrics", "ssim"),
        *("--set", "clipstyler.residual=true", "--set", "clipstyler.network_shrink=4"),
        *("--out", tmp_path / "run", "--no-report"),
    )
    assert result.code == 0, result.err
    table = benchmark.load_run(tmp_path / "run").query("method == 'clipstyler'")
    reasons = set(table.error)
    assert table.status.eq("skipped").all()
    assert "needs sides of at least 64 px, the content has 32×32" in reasons
