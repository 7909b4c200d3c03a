"""Set metrics: scores of all images of a method at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

import benchmark
from benchmark.errors import InputError
from benchmark.images import open_image, to_tensor
from tests.cli.conftest import as_if_alone

ARGUMENTS = ("run", "--protocol", "tiny", "--metrics", "brightness_gap,brightness_difference")


def set_rows(run):
    rows = json.loads((run / "summary.json").read_text())["rows"]
    return {row["method"]: row for row in rows if row["metric"] == "brightness_gap"}


@pytest.fixture
def gaps(command, sample_plugins, tmp_path):
    """Runs the tiny protocol with a set metric; the run is in ``tmp_path / "run"``."""

    def run(methods: str, *arguments: str):
        return command(*ARGUMENTS, "--methods", methods, "--out", tmp_path / "run", *arguments)

    return run


@pytest.fixture
def described(monkeypatch, tmp_path):
    """Counts the images that were described so far."""
    path = tmp_path / "described"
    monkeypatch.setenv("SAMPLE_PLUGINS_DESCRIBED", str(path))
    return lambda: len(path.read_text().splitlines()) if path.exists() else 0


def test_a_method_has_one_number_with_what_it_is_from(gaps, tmp_path):
    assert gaps("noisy,identity", "--no-report").code == 0

    row = set_rows(tmp_path / "run")["noisy"]
    run = tmp_path / "run"
    images = [to_tensor(open_image(path)).mean() for path in sorted((run / "images" / "noisy").glob("*.png"))]
    styles = [to_tensor(open_image(path)).mean() for path in sorted((run / "inputs" / "styles").glob("*.png"))]
    assert row["mean"] == pytest.approx(abs(sum(images) / 5 - sum(styles) / 2).item(), abs=1e-6)
    assert (row["low"], row["high"], row["n"], row["contents"], row["styles"]) == (None, None, 5, 2, 2)
    assert row["direction"] == "lower"
    assert not row["control"]


def test_a_warning_says_that_the_sets_are_small(gaps, tmp_path):
    result = gaps("noisy", "--no-report")

    warning = set_rows(tmp_path / "run")["noisy"]["warning"]
    assert warning == ("from 5 stylized and 2 style images: with fewer than 4 of either it says little about a method")
    line = next(line for line in result.out.splitlines() if "brightness_gap" in line)
    assert re.search(r"\d\*", line)


def test_it_has_no_column_among_the_cases(gaps, tmp_path):
    gaps("identity", "--no-report")

    table = benchmark.load_run(tmp_path / "run")
    assert "brightness_difference" in table
    assert "brightness_gap" not in table


def test_only_images_that_were_made_count(gaps, tmp_path):
    assert gaps("blend,raises", "--no-report").code == 4

    rows = set_rows(tmp_path / "run")
    assert (rows["raises"]["mean"], rows["raises"]["n"], rows["raises"]["warning"]) == (None, 0, "")
    assert rows["blend"]["n"] == 4


def test_a_finished_run_describes_nothing_again(gaps, described, tmp_path):
    gaps("noisy", "--no-report")
    before, rows = described(), set_rows(tmp_path / "run")

    assert gaps("noisy", "--no-report").code == 0
    assert described() == before == 5
    assert set_rows(tmp_path / "run") == rows


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (InputError("no workers"), 2)])
def test_what_is_stopped_at_once_keeps_the_numbers_that_still_hold(gaps, described, tmp_path, monkeypatch, error, code):
    gaps("noisy,identity", "--no-report")
    rows = set_rows(tmp_path / "run")
    (tmp_path / "run" / "images" / "noisy" / "waves--warm.png").unlink()

    def stop(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("benchmark.execution.run._start_executor", stop)
        assert gaps("noisy,identity", "--no-report").code == code
    assert set_rows(tmp_path / "run") == {"identity": rows["identity"]}

    before = described()
    assert gaps("noisy,identity", "--no-report").code == 0
    assert set_rows(tmp_path / "run") == rows
    assert described() - before == 5, "those of noisy alone"


def test_more_cases_give_a_new_number(gaps, described, tmp_path):
    gaps("noisy", "--no-report", "--limit", "2")
    assert set_rows(tmp_path / "run")["noisy"]["n"] == 2

    gaps("noisy", "--no-report")
    assert set_rows(tmp_path / "run")["noisy"]["n"] == 5


def test_a_failure_is_no_number_and_is_tried_again(gaps, monkeypatch, tmp_path):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail set")
    result = gaps("noisy,identity")
    assert result.code == 4
    assert "2 scores of set metrics failed" in result.out
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "incomplete"
    assert set_rows(tmp_path / "run")["noisy"]["warning"] == "ValueError: no gap today"
    report = (tmp_path / "run" / "report" / "index.html").read_text()
    assert "No score for noisy: ValueError: no gap today." in report
    assert "No score for 5 of" not in report

    monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
    assert gaps("noisy,identity").code == 0
    assert set_rows(tmp_path / "run")["noisy"]["mean"] is not None


def test_sets_too_small_for_a_number_are_no_failure(gaps, monkeypatch, tmp_path):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "too few")

    assert gaps("noisy", "--no-report").code == 0
    row = set_rows(tmp_path / "run")["noisy"]
    assert row["mean"] is None
    assert row["warning"] == "from 5 stylized and 2 style images: too few for a number"


def test_the_report_shows_the_number_and_the_warning(gaps, tmp_path):
    gaps("noisy,blend,identity")

    report = (tmp_path / "run" / "report" / "index.html").read_text()
    assert "one number from all images of a method" in report
    assert "from 5 stylized and 2 style images: with fewer than 4 of either it says little" in report
    assert "No score for" not in report


def test_comparing_methods_passes_it_over(gaps, command, tmp_path):
    gaps("noisy,blend,identity", "--no-report")

    result = command("compare", tmp_path / "run")
    assert result.code == 0
    assert "brightness_gap" not in result.out


@pytest.fixture
def check(gaps, command, tmp_path):
    """Makes a baseline of a run, runs the methods anew, and checks the new run."""

    def run(*arguments: str):
        as_if_alone(tmp_path / "run")
        command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
        gaps("noisy,blend", "--no-report", "--fresh", *arguments)
        as_if_alone(tmp_path / "run")
        return command("check", tmp_path / "run", "--baseline", tmp_path / "baseline.json")

    gaps("noisy,blend", "--no-report")
    return run


def test_a_check_says_that_it_is_from_too_few_images_and_passes(check):
    result = check("--set", "blend.share=0.76")
    assert result.code == 0
    assert "2 not_comparable" in result.out
    assert "from 5 stylized and 2 style images: with fewer than 4 of either" in " ".join(result.out.split())


def test_a_check_catches_a_number_that_fails_now(check, monkeypatch):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail set")
    result = check()
    assert result.code == 1
    assert "2 newly_failing" in result.out


@pytest.mark.parametrize(("content", "reason"), [("{", "summary.json is damaged ("), (None, "summary.json is missing")])
def test_a_check_names_a_summary_that_is_damaged_or_missing(gaps, command, tmp_path, content, reason):
    gaps("noisy", "--no-report")
    command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
    summary = tmp_path / "run" / "summary.json"
    summary.unlink() if content is None else summary.write_text(content)
    result = command("check", tmp_path / "run", "--baseline", tmp_path / "baseline.json", "--format", "json")
    (missing,) = (finding for finding in json.loads(result.out)["findings"] if finding["outcome"] == "missing")
    assert missing["metric"] == "brightness_gap"
    assert missing["reason"].startswith(reason)

    (tmp_path / "bounds.toml").write_text(
        'schema_version = 1\n[[thresholds]]\nmetric = "brightness_gap"\nmaximum = 1\n'
    )
    result = command("check", tmp_path / "run", "--thresholds", tmp_path / "bounds.toml", "--format", "json")
    assert json.loads(result.out)["findings"][0]["reason"].startswith(reason)


def test_a_baseline_of_a_run_that_was_stopped_says_what_it_leaves_out(gaps, command, tmp_path, monkeypatch):
    gaps("noisy,identity", "--no-report")
    assert "left out" not in command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json").err
    (tmp_path / "run" / "images" / "noisy" / "waves--warm.png").unlink()

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("benchmark.execution.run._start_executor", stop)
        assert gaps("noisy,identity", "--no-report").code == 130
    as_if_alone(tmp_path / "run")
    result = command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
    assert result.code == 0
    # A busy machine adds a line about the calibration.
    (line,) = [line for line in result.err.splitlines() if "left out" in line]
    assert line.startswith("warning: left out of the baseline: brightness_gap: not computed before the run stopped;")
    assert line.endswith("(of noisy)")


def test_two_runs_are_compared_by_it(gaps, command, tmp_path):
    gaps("noisy,blend", "--no-report")
    run = tmp_path / "run"
    as_if_alone(run)
    summary = json.loads((run / "summary.json").read_text())
    shutil.copytree(run, tmp_path / "before")
    for path, gap in ((tmp_path / "before", 0.1), (run, 0.2)):
        rows = [
            {**row, "mean": gap, "warning": ""} if row["metric"] == "brightness_gap" else row for row in summary["rows"]
        ]
        (path / "summary.json").write_text(json.dumps({**summary, "rows": rows}))

    result = command("compare", tmp_path / "before", run)
    assert result.code == 0, "a comparison is not a gate"
    assert "2 worse" in result.out
    assert "noise not known, 2% of a score assumed" in " ".join(result.out.replace("│", " ").split())


def test_a_killed_run_ends_with_the_same_number(gaps, command, sample_plugins, tmp_path):
    arguments = [*ARGUMENTS, "--no-report", "--methods", "blend,noisy", "--out", str(tmp_path / "run")]
    journal = tmp_path / "run" / "journal.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmark", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(sample_plugins), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.read_bytes().count(b"\n") >= 3:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.wait()

    assert gaps("blend,noisy", "--no-report").code == 0
    command(*ARGUMENTS, "--no-report", "--methods", "blend,noisy", "--out", tmp_path / "undisturbed")
    assert set_rows(tmp_path / "run") == set_rows(tmp_path / "undisturbed")
