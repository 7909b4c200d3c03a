"""What is logged of a run, whatever the tracker."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.analysis.loading import load_records
from benchmark.store.records import RunRecords, RunStatus, ScoreError
from reports.trackers.facts import State, facts_of
from tests.reports.sample_runs import build_crossed_run, build_run


def numbers(run: RunRecords, method: str) -> dict[str, float]:
    (found,) = (one for one in facts_of(run).methods if one.name == method)
    return {metric.dotted: metric.value for metric in found.metrics}


def test_scores_have_their_intervals_and_counts(run: RunRecords) -> None:
    found = numbers(run, "gatys")
    assert [found[name] for name in ("ssim", "ssim.low", "ssim.high", "ssim.n")] == [0.40, 0.35, 0.45, 2]
    assert [found[f"units.{status}"] for status in ("ok", "failed", "skipped")] == [2, 0, 1]


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_a_missing_score_is_left_out_and_named(run: RunRecords, missing: float | None) -> None:
    row = replace(run.summary[0], mean=missing, low=missing, high=missing, warning="the weights are missing")
    broken = replace(run, summary=(row, *run.summary[1:]))
    assert not {"ssim", "ssim.low", "ssim.high", "ssim.n"} & numbers(broken, "gatys").keys()
    assert facts_of(broken).methods[0].tags["not_scored"] == "ssim: the weights are missing"


def test_a_score_without_an_interval_is_logged_alone(run: RunRecords) -> None:
    row = replace(run.summary[0], low=None, high=None)
    found = numbers(replace(run, summary=(row, *run.summary[1:])), "gatys")
    assert (found["ssim"], "ssim.low" in found, "ssim.high" in found) == (0.40, False, False)


def test_parameters_are_settings_protocol_networks_and_versions(run: RunRecords) -> None:
    gatys, clipstyler, _ = facts_of(run).methods
    assert gatys.parameters["settings.steps"] == 500
    assert clipstyler.parameters["settings.weights.patch"] == 9000.0
    assert gatys.parameters["protocol.fingerprint"] == "0123456789abcdef0123456789abcdef"
    assert gatys.parameters["network.vgg"] == "vgg19-embedded fedcba987654"
    assert gatys.parameters["version.style-transfer-benchmark"] == "0.1.0"
    assert gatys.parameters["metric.gram.version"] == "2"
    assert gatys.tags["circular"] == "gram"


def test_parameters_name_the_precision_of_the_run_and_of_the_method(run: RunRecords) -> None:
    first = replace(run.methods[0], precision="bfloat16")
    lower = replace(run, methods=(first, *run.methods[1:]), provenance={**run.provenance, "precision": "bfloat16"})
    parameters = facts_of(lower).methods[0].parameters
    assert (parameters["precision"], parameters["method.precision"]) == ("bfloat16", "bfloat16")


def test_the_table_has_a_row_for_each_unit(run: RunRecords) -> None:
    table = facts_of(run).methods[0].table
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["status"] for row in rows] == ["ok", "ok", "skipped"]
    assert [row["ssim"] for row in rows] == [0.4, 0.4, 0.4]
    assert rows[2]["image"] is None
    assert "method" not in table.columns


class TestState:
    """A run is what its file says; of one that ended, failures count first, then units that are missing."""

    def test_a_method_with_failed_units_has_failed(self, run: RunRecords) -> None:
        facts = facts_of(run)
        assert [method.state for method in facts.methods] == [State.FINISHED, State.FAILED, State.FINISHED]
        assert facts.state is State.FAILED

    def test_a_run_that_goes_on_is_running_whatever_failed(self, run: RunRecords) -> None:
        facts = facts_of(replace(run, status=RunStatus.RUNNING))
        assert {facts.state, *(method.state for method in facts.methods)} == {State.RUNNING}

    def test_an_interrupted_run_has_methods_that_are_not_finished(self, run: RunRecords) -> None:
        first, second = run.units[run.units["method"] == "gatys"], run.units[run.units["method"] == "identity"]
        facts = facts_of(replace(run, units=pd.concat([first, second[:1]])))
        assert [method.state for method in facts.methods] == [State.FINISHED, State.INTERRUPTED, State.INTERRUPTED]
        assert facts.state is State.INTERRUPTED

    def test_a_method_with_failed_scores_has_failed(self, run: RunRecords) -> None:
        facts = facts_of(replace(run, score_errors=(ScoreError("gatys", run.cases[0].id, "ssim", "no memory"),)))
        assert facts.methods[0].state is State.FAILED

    def test_a_complete_run_is_finished(self, run: RunRecords) -> None:
        sound = run.units[run.units["status"] != "failed"]
        facts = facts_of(replace(run, units=sound, status=RunStatus.COMPLETE))
        assert {facts.state, *(method.state for method in facts.methods)} == {State.FINISHED}


def test_a_command_can_be_given_again(run: RunRecords) -> None:
    words = ["benchmark", "run", "--out", "my run"]
    facts = facts_of(replace(run, provenance={**run.provenance, "command": words}))
    assert facts.tags["command"] == "benchmark run --out 'my run'"


class TestIdentity:
    """One run has one identity, wherever it lies and however often it is continued."""

    def test_it_does_not_depend_on_the_folder_or_on_the_end(self, run: RunRecords) -> None:
        elsewhere = replace(
            run,
            directory=Path("elsewhere"),
            status=RunStatus.COMPLETE,
            provenance={**run.provenance, "finished": "2026-02-02T02:02:02+00:00", "command": "another"},
        )
        assert facts_of(elsewhere).id == facts_of(run).id
        assert [method.id for method in facts_of(elsewhere).methods] == [method.id for method in facts_of(run).methods]

    def test_runs_that_started_in_the_same_second_have_different_ones(self, run: RunRecords) -> None:
        first, second = (replace(run, provenance={**run.provenance, "id": id_}) for id_ in ("1", "2"))
        assert facts_of(first).id != facts_of(second).id
        assert not {one.id for one in facts_of(first).methods} & {one.id for one in facts_of(second).methods}

    def test_a_copy_of_a_run_has_the_same_one(self, finished: Path, tmp_path: Path) -> None:
        copy = shutil.copytree(finished, tmp_path / "copy")
        assert facts_of(load_records(copy)).id == facts_of(load_records(finished)).id

    @pytest.mark.parametrize("change", [{"seed": 8}, {"started": "2026-01-02T03:04:06+00:00"}])
    def test_another_run_has_another(self, run: RunRecords, change: dict[str, object]) -> None:
        other = replace(run, provenance={**run.provenance, **change})
        assert facts_of(other).id != facts_of(run).id

    def test_methods_have_different_ones(self, run: RunRecords) -> None:
        assert len({method.id for method in facts_of(run).methods}) == 3


def test_a_run_of_which_nothing_has_ended(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    empty = replace(run, units=pd.DataFrame(), summary=(), status=RunStatus.RUNNING)
    facts = facts_of(empty)
    assert facts.state is State.RUNNING
    assert numbers(empty, "gatys") == {"units.ok": 0, "units.failed": 0, "units.skipped": 0}
    assert facts.methods[0].table.rows == ()


def test_2000_units_are_2000_rows(tmp_path: Path) -> None:
    run = build_crossed_run(tmp_path, contents=20, styles=20, methods=3, side=8)
    facts = facts_of(run)
    assert sum(len(method.table.rows) for method in facts.methods) == len(run.units) == 2000
