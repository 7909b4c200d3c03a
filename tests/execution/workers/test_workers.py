"""Any number of workers makes the same run."""

from __future__ import annotations

import json
import os
import sys

import pytest

from benchmark.analysis.loading import load_records
from tests.execution.conftest import assert_same_results

METHODS = "noisy,dawdles,blend,identity"


@pytest.fixture
def undisturbed(tiny, tmp_path):
    tiny(METHODS)
    return (tmp_path / "run").rename(tmp_path / "undisturbed")


def manifest(run):
    return json.loads((run / "run.json").read_text())


class TestTwoWorkers:
    def test_make_the_results_and_images_of_one(self, tiny, undisturbed, tmp_path):
        assert tiny(METHODS, "--workers", "2").code == 0
        assert_same_results(tmp_path / "run", undisturbed)
        assert manifest(undisturbed)["workers"] == 1
        assert manifest(tmp_path / "run")["workers"] == 2

    def test_share_the_units_of_a_single_method(self, tiny, tmp_path, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "count"))
        monkeypatch.setenv("SAMPLE_PLUGINS_SECONDS", "0.5")
        tiny("dawdles", "--workers", "2")
        assert len(set((tmp_path / "count").read_text().split())) == 2

    def test_continue_what_one_began(self, tiny, undisturbed, tmp_path):
        tiny(METHODS, "--limit", "2")
        assert tiny(METHODS, "--workers", "2").code == 0
        assert_same_results(tmp_path / "run", undisturbed)

    def test_leave_what_one_continues(self, tiny, undisturbed, tmp_path):
        tiny(METHODS, "--workers", "2", "--limit", "2")
        assert tiny(METHODS).code == 0
        assert_same_results(tmp_path / "run", undisturbed)
        assert manifest(tmp_path / "run")["workers"] == 2, "durations of the first cases stay what they are"


class TestDurationsOfTwoWorkersOnOneDevice:
    def test_are_said_to_compare_with_nothing(self, tiny, command, tmp_path):
        assert "durations are not comparable" in tiny("identity", "--workers", "2").err
        assert load_records(tmp_path / "run").calibration is None

    def test_are_not_gated(self, tiny, command, tmp_path):
        tiny("identity")
        command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
        tiny("identity", "--workers", "2", "--fresh")
        result = command("check", tmp_path / "run", "--baseline", tmp_path / "baseline.json")
        assert result.code == 0
        assert "the run has no calibration" in result.out

    def test_spoil_those_of_a_run_that_one_began(self, tiny, tmp_path):
        tiny("identity", "--limit", "2")
        assert load_records(tmp_path / "run").calibration is not None
        tiny("identity", "--workers", "2")
        assert load_records(tmp_path / "run").calibration is None

    def test_stay_comparable_where_two_workers_find_nothing_to_run(self, tiny, tmp_path):
        tiny("identity")
        before = load_records(tmp_path / "run").calibration
        result = tiny("identity", "--workers", "2")
        assert "durations are not comparable" not in result.err
        assert load_records(tmp_path / "run").calibration == before
        assert manifest(tmp_path / "run")["workers"] == 1


class TestThreads:
    def test_are_those_of_the_run_that_is_continued(self, tiny, tmp_path):
        tiny("identity", "--limit", "2", "--threads", "3")
        tiny("identity", "--workers", "2")
        assert manifest(tmp_path / "run")["environment"]["threads"] == 3

    def test_cannot_be_changed_half_way(self, tiny, tmp_path):
        tiny("identity", "--limit", "2", "--threads", "3")
        result = tiny("identity", "--threads", "1")
        assert result.code == 2
        assert "threads 3 there, 1 here" in result.error_lines[0]
        assert tiny("identity", "--threads", "1", "--fresh").code == 0

    def test_more_than_there_are_cores_are_pointed_out(self, tiny):
        threads = str(os.cpu_count() or 1)
        assert "--threads sets them" in tiny("identity", "--workers", "2", "--threads", threads).err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--workers", "0"),
        ("--threads", "0"),
        ("--timeout", "0"),
        ("--timeout", "-1"),
        ("--timeout", "inf"),
        ("--timeout", "nan"),
        ("--memory-limit", "0"),
        ("--executor", "none"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(tiny, arguments):
    result = tiny("identity", *arguments)
    assert result.code == 2
    assert len(result.error_lines) == 1


def test_ray_that_is_not_installed_is_one_clear_line(tiny, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    result = tiny("identity", "--executor", "ray")
    assert result.code == 2
    assert "pip install 'style-transfer-benchmark[ray]'" in result.error_lines[0]
