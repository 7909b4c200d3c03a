"""A finished run gets more metrics, fewer, or changed ones: its pictures are scored, and nothing else is done."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.analysis.loading import load_records
from benchmark.registry import PluginKind, find_plugin
from tests.execution.conftest import assert_same_results, wait_for

METHODS = "noisy,blend"
UNITS = 10
PICTURES = 9
"""The mix of styles is no case for blend."""
MADE, SCORED, DESCRIBED = 5, 10, 9
"""What ``counted`` gives after each picture once: blend is warmed up, noisy's mix is compared with two styles."""


@pytest.fixture
def run(command, sample_plugins, tmp_path, monkeypatch):
    """Runs or continues with some metrics; the run is in ``tmp_path / "run"``."""
    monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "stylized"))
    monkeypatch.setenv("SAMPLE_PLUGINS_SCORED", str(tmp_path / "scored"))
    monkeypatch.setenv("SAMPLE_PLUGINS_DESCRIBED", str(tmp_path / "described"))

    def run(metrics: str, *arguments: str | Path, methods: str = METHODS, out: str = "run"):
        given = ["--protocol", "tiny", "--methods", methods, "--metrics", metrics, "--out", tmp_path / out]
        return command("run", *given, "--no-report", *arguments)

    return run


@pytest.fixture
def counted(tmp_path):
    """How many pictures were made (by blend), scored (by brightness_difference) and described (by brightness_gap)."""

    def counted() -> tuple[int, ...]:
        logs = (tmp_path / name for name in ("stylized", "scored", "described"))
        return tuple(len(log.read_text().splitlines()) if log.exists() else 0 for log in logs)

    return counted


@pytest.fixture
def change(sample_plugins, monkeypatch):
    """Installs another version of a metric, which gives twice the number."""

    def change(metric: str) -> None:
        set_version(monkeypatch, metric, "2")
        monkeypatch.setenv("SAMPLE_PLUGINS_FACTOR", "2")

    return change


def set_version(monkeypatch: pytest.MonkeyPatch, metric: str, version: str) -> None:
    loaded = find_plugin(PluginKind.METRICS, metric).load()
    monkeypatch.setattr(loaded, "info", replace(loaded.info, version=version))


def pictures(path: Path) -> dict[str, tuple[str, int]]:
    """Hash and time of every picture of a run."""
    return {
        str(image.relative_to(path)): (hashlib.sha256(image.read_bytes()).hexdigest(), image.stat().st_mtime_ns)
        for image in sorted(path.glob("images/*/*.png"))
    }


def table(path: Path) -> pd.DataFrame:
    found = pd.read_parquet(path / "results.parquet")
    pd.testing.assert_frame_equal(found, load_records(path).units, check_dtype=False, check_exact=True)
    return found


def assert_twice(after: pd.DataFrame, before: pd.DataFrame) -> None:
    """Fails unless every picture has the score that ``change`` makes of the one that it had."""
    wanted = before.assign(brightness_difference=2 * before["brightness_difference"])
    pd.testing.assert_frame_equal(after, wanted, check_exact=True)


def manifest(path: Path) -> dict:
    return json.loads((path / "run.json").read_text())


def metrics_of(path: Path) -> list[str]:
    return [metric["name"] for metric in manifest(path)["metrics"]]


def gaps(path: Path) -> dict[str, float | None]:
    return {row.method: row.mean for row in load_records(path).summary if row.metric == "brightness_gap"}


def test_more_metrics_score_the_pictures_and_touch_nothing_else(run, counted, tmp_path):
    assert run("sometimes_fails").code == 0
    before, images = table(tmp_path / "run"), pictures(tmp_path / "run")

    result = run("sometimes_fails,brightness_difference,brightness_gap")

    assert result.code == 0
    assert f"{PICTURES} pictures are there and are only scored" in result.err
    assert pictures(tmp_path / "run") == images
    after = table(tmp_path / "run")
    pd.testing.assert_frame_equal(after[before.columns], before)
    assert after["brightness_difference"].notna().sum() == PICTURES
    assert counted() == (MADE, SCORED, DESCRIBED)
    assert manifest(tmp_path / "run")["status"] == "complete"
    run("sometimes_fails,brightness_difference,brightness_gap", out="at_once")
    assert_same_results(tmp_path / "run", tmp_path / "at_once")


def test_nothing_is_left_after_that(run, counted, tmp_path):
    run("sometimes_fails")
    run("sometimes_fails,brightness_difference,brightness_gap")
    journal, before = (tmp_path / "run" / "journal.jsonl").read_bytes(), counted()
    run("sometimes_fails,brightness_difference,brightness_gap")
    assert ((tmp_path / "run" / "journal.jsonl").read_bytes(), counted()) == (journal, before)


def test_fewer_metrics_leave_the_others_in_place(run, counted, tmp_path):
    run("brightness_difference,brightness_gap,sometimes_fails")
    before, scores, work = table(tmp_path / "run"), gaps(tmp_path / "run"), counted()

    assert run("sometimes_fails").code == 0

    pd.testing.assert_frame_equal(table(tmp_path / "run"), before)
    assert (gaps(tmp_path / "run"), counted()) == (scores, work)
    assert metrics_of(tmp_path / "run") == ["brightness_difference", "brightness_gap", "sometimes_fails"]
    assert manifest(tmp_path / "run")["status"] == "complete"


def test_a_metric_that_is_no_longer_installed_stays(run, tmp_path):
    run("brightness_difference,brightness_gap")
    path = tmp_path / "run"
    for name in ("run.json", "journal.jsonl", "summary.json"):
        text = (path / name).read_text()
        (path / name).write_text(text.replace('"brightness_', '"gone_'))
    before = gaps_of_gone(path)

    assert run("sometimes_fails").code == 0

    assert metrics_of(path) == ["gone_difference", "gone_gap", "sometimes_fails"]
    assert table(path)[["gone_difference", "sometimes_fails"]].notna().sum().to_list() == [PICTURES, PICTURES]
    assert gaps_of_gone(path) == before
    assert manifest(path)["status"] == "complete"


def gaps_of_gone(path: Path) -> list[float | None]:
    return [row.mean for row in load_records(path).summary if row.metric == "gone_gap"]


def test_a_metric_whose_version_changed_is_scored_anew_alone(run, counted, change, tmp_path):
    run("brightness_difference,brightness_gap,sometimes_fails")
    before, images, scores = table(tmp_path / "run"), pictures(tmp_path / "run"), gaps(tmp_path / "run")
    change("brightness_difference")

    result = run("brightness_difference,brightness_gap,sometimes_fails")

    assert result.code == 0
    assert "brightness_difference is scored anew: version 1 there, 2 here" in result.err
    after = table(tmp_path / "run")
    assert_twice(after, before)
    assert (pictures(tmp_path / "run"), gaps(tmp_path / "run")) == (images, scores)
    assert counted() == (MADE, 2 * SCORED, DESCRIBED)
    versions = {metric["name"]: metric["version"] for metric in manifest(tmp_path / "run")["metrics"]}
    assert versions == {"brightness_difference": "2", "brightness_gap": "1", "sometimes_fails": "1"}


def test_a_set_metric_whose_version_changed_is_scored_anew_alone(run, counted, change, tmp_path):
    run("brightness_difference,brightness_gap")
    before, scores = table(tmp_path / "run"), gaps(tmp_path / "run")
    change("brightness_gap")

    assert run("brightness_difference,brightness_gap").code == 0

    pd.testing.assert_frame_equal(table(tmp_path / "run"), before)
    assert gaps(tmp_path / "run") == ({method: 2 * score for method, score in scores.items()})
    assert counted() == (MADE, SCORED, 2 * DESCRIBED)


def test_a_changed_metric_that_is_not_named_keeps_its_scores_and_its_version(run, change, tmp_path):
    run("brightness_difference,sometimes_fails")
    before = table(tmp_path / "run")
    change("brightness_difference")
    assert run("sometimes_fails").code == 0
    pd.testing.assert_frame_equal(table(tmp_path / "run"), before)
    assert manifest(tmp_path / "run")["metrics"][0]["version"] == "1"


def test_old_scores_do_not_come_back_with_cases_that_a_limit_had_left_out(run, change, tmp_path):
    run("brightness_difference")
    before = table(tmp_path / "run")
    change("brightness_difference")
    run("brightness_difference", "--limit", "2")
    assert run("brightness_difference").code == 0
    after = table(tmp_path / "run")
    assert_twice(after, before)


def test_a_metric_that_failed_is_tried_again_only_if_it_is_named(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail")
    assert run("brightness_difference,sometimes_fails").code == 4
    monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")

    result = run("brightness_difference")
    assert result.code == 0
    assert f"{PICTURES} pictures have no score of a metric that was not named" in result.err
    assert table(tmp_path / "run")["sometimes_fails"].isna().all()
    assert manifest(tmp_path / "run")["status"] == "incomplete"

    assert run("sometimes_fails").code == 0
    assert table(tmp_path / "run")["sometimes_fails"].notna().sum() == PICTURES
    assert manifest(tmp_path / "run")["status"] == "complete"
    assert load_records(tmp_path / "run").score_errors == ()


def test_the_metrics_that_are_named_score_the_pictures_of_every_method(run, tmp_path):
    run("sometimes_fails", methods="noisy")
    assert run("brightness_difference", methods="blend").code == 0
    scored = table(tmp_path / "run").groupby("method")[["brightness_difference", "sometimes_fails"]].count()
    assert scored.loc["noisy"].to_list() == [5, 5]
    assert scored.loc["blend"].to_list() == [4, 0]
    assert manifest(tmp_path / "run")["status"] == "incomplete"


def test_a_picture_that_has_changed_is_made_again_before_it_is_scored(run, tmp_path):
    run("sometimes_fails")
    images = pictures(tmp_path / "run")
    image = tmp_path / "run" / "images" / "noisy" / "waves--warm.png"
    image.write_bytes((tmp_path / "run" / "images" / "blend" / "waves--warm.png").read_bytes())
    run("sometimes_fails,brightness_difference")
    assert {name: digest for name, (digest, _) in pictures(tmp_path / "run").items()} == {
        name: digest for name, (digest, _) in images.items()
    }


def test_a_run_that_is_killed_while_it_is_scored_anew_goes_on(run, counted, start, change, tmp_path):
    """What has a new score by then keeps it, what has an old one gets a new one."""
    run("brightness_difference,sometimes_fails")
    before, images = table(tmp_path / "run"), pictures(tmp_path / "run")
    journal = tmp_path / "run" / "journal.jsonl"
    lines = journal.read_bytes().count(b"\n")
    process = start(
        METHODS,
        *("--metrics", "brightness_difference,sometimes_fails"),
        SAMPLE_PLUGINS_VERSION="2",
        SAMPLE_PLUGINS_FACTOR="2",
        SAMPLE_PLUGINS_SECONDS_TO_SCORE="0.2",
    )
    wait_for(lambda: journal.read_bytes().count(b"\n") >= lines + 4)
    process.kill()
    process.wait()
    scored = journal.read_bytes().count(b"\n") - lines - 1
    assert 0 < scored < UNITS
    change("brightness_difference")

    result = run("brightness_difference,sometimes_fails")

    assert result.code == 0
    assert f"{PICTURES - scored} pictures are there and are only scored" in result.err
    after = table(tmp_path / "run")
    assert_twice(after, before)
    assert pictures(tmp_path / "run") == images


@pytest.mark.parametrize("moment", ["RunDirectory.start", "JournalIndex"])
def test_a_run_that_is_stopped_as_soon_as_old_scores_are_given_up_is_scored_anew(
    run, change, monkeypatch, tmp_path, moment
):
    """Whichever version is installed then: what was given up does not come back."""
    run("brightness_difference,brightness_gap")
    before, scores = table(tmp_path / "run"), gaps(tmp_path / "run")
    with monkeypatch.context() as stopped:
        for metric in ("brightness_difference", "brightness_gap"):
            set_version(stopped, metric, "2")
        stopped.setattr(f"benchmark.execution.run.{moment}", stop)
        assert run("brightness_difference,brightness_gap").code == 130
    assert table_of_journal(tmp_path / "run")["brightness_difference"].isna().all()
    assert gaps(tmp_path / "run") in ({}, dict.fromkeys(scores))

    assert run("brightness_difference,brightness_gap").code == 0

    pd.testing.assert_frame_equal(table(tmp_path / "run"), before)
    assert gaps(tmp_path / "run") == scores


def stop(*_, **__):
    raise KeyboardInterrupt


def table_of_journal(path: Path) -> pd.DataFrame:
    return load_records(path).units
