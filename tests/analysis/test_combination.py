"""Several runs as one table."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.analysis.combination import combine
from benchmark.analysis.loading import load_records
from benchmark.analysis.means_table import make_means_table
from benchmark.analysis.statistics import analyze
from benchmark.contracts.metric import Direction
from benchmark.errors import InputError
from benchmark.interface.merging import merge_runs
from benchmark.store.records import Calibration, MetricRecord, RunRecords, RunStatus
from tests.analysis.conftest import LOSS, SSIM, change_unit, make_run, method
from tests.runs_of_one_protocol import CONTROLS, COSTS, Runs, installed_sample_plugins, make_runs, run_tiny

MACHINE = {"processor": "A", "cores": 2, "threads": 2, "platform": "Linux"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return make_runs(tmp_path_factory.mktemp("runs"))


def without_folder(path: str) -> str:
    return path.partition("/")[2]


class TestRealRuns:
    """Two runs of one protocol, against one run with the methods of both."""

    def test_have_the_units_of_one_run(self, runs: Runs) -> None:
        (together,) = combine([load_records(runs.first), load_records(runs.second)])
        whole = load_records(runs.whole)
        units = together.units.assign(image=together.units["image"].map(without_folder))
        pd.testing.assert_frame_equal(units.drop(columns=COSTS), whole.units.drop(columns=COSTS), check_exact=True)

    def test_have_the_means_the_ranking_and_the_p_values_of_one_run(self, runs: Runs) -> None:
        (together,) = combine([load_records(runs.first), load_records(runs.second)])
        whole = load_records(runs.whole)
        means, wanted = ([row for row in run.summary if row.metric not in COSTS] for run in (together, whole))
        assert means == wanted
        assert {row.metric for row in means if row.images_sha256} == {"brightness_gap"}
        found, expected = analyze(together), analyze(whole)
        assert len(found.comparisons) == 1
        for part in ("comparisons", "ranks", "anchored", "unanchored", "agreement", "trade_offs", "circular"):
            assert getattr(found, part) == getattr(expected, part)

    def test_name_files_that_exist(self, runs: Runs) -> None:
        (together,) = combine([load_records(runs.first), load_records(runs.second)])
        paths = [path for path in together.units["image"] if path]
        paths += [picture["thumbnail"] for picture in (*together.contents, *together.styles)]
        paths += [style["thumbnail"] for case in together.cases for style in case.styles]
        paths += together.logs.values()
        assert all((together.directory / path).is_file() for path in paths)
        of_noisy = together.units[together.units["method"] == "noisy"]
        assert all(path.startswith("second/images/noisy/") for path in of_noisy["image"])

    def test_say_which_controls_are_shown_once(self, runs: Runs) -> None:
        (together,) = combine([load_records(runs.first), load_records(runs.second)])
        assert together.notes == (
            "taken once, with the same pictures in first and second: keeps_content, copies_style",
        )
        assert [list(part.methods) for part in together.parts] == [[*CONTROLS, "blend"], [*CONTROLS, "noisy"]]

    def test_that_are_the_same_are_an_error(self, runs: Runs) -> None:
        with pytest.raises(InputError, match="name every run once"):
            combine([load_records(runs.first), load_records(runs.first)])


def change_records(run: Path, case: str, **facts: object) -> None:
    """Changes the records of a case of a run, of all its methods."""
    journal = run / "journal.jsonl"
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    changed = [record | facts if record["case"] == case else record for record in records]
    journal.write_text("".join(f"{json.dumps(record)}\n" for record in changed))


def test_of_a_case_of_several_runs_merging_and_combining_take_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed_sample_plugins():
        scored = run_tiny(tmp_path / "scored", [*CONTROLS, "blend"])
        monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail")
        failed = run_tiny(tmp_path / "failed", CONTROLS, metrics=["sometimes_fails", "brightness_difference"])
        again = run_tiny(tmp_path / "again", CONTROLS, metrics=["sometimes_fails"])
        monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
        some = run_tiny(tmp_path / "some", CONTROLS, metrics=["sometimes_fails"], limit=2)
    cases = [case.id for case in load_records(scored).cases]
    change_records(failed, cases[0], scores={"brightness_difference": None})
    change_records(
        failed, cases[1], status="failed", error="no paint", image="", image_sha256="", scores={}, score_errors={}
    )
    change_records(again, cases[3], score_errors={"sometimes_fails": "another reason"})
    change_records(again, cases[4], score_errors={}, scores={"sometimes_fails": None})
    folders = [failed, again, scored, some]
    (together,) = combine([load_records(folder) for folder in folders])
    merge_runs(folders, tmp_path / "merged")
    merged = load_records(tmp_path / "merged")

    units = together.units.assign(image=together.units["image"].map(without_folder))
    order = list(merged.units.columns)
    pd.testing.assert_frame_equal(units[order], merged.units, check_dtype=False, check_exact=True)
    assert set(together.score_errors) == set(merged.score_errors)
    of_controls = merged.units[merged.units["method"].isin(CONTROLS)]
    assert (of_controls["status"] == "ok").all()
    assert of_controls["brightness_difference"].notna().all()
    assert of_controls.groupby("case")["sometimes_fails"].count().to_dict() == dict(
        zip(cases, (2, 2, 0, 0, 0), strict=True)
    )
    reasons = {error.reason for error in merged.score_errors if error.case == cases[3]}
    assert reasons == {"ValueError: no score today"}, "the reason of the first run counts"


def numbers(folder: str, names: dict[str, float], **changes: object) -> RunRecords:
    """A run of 3 contents × 4 styles in a folder; each method has one number for all cases, and its own pictures."""
    scores = {name: {"ssim": np.full((3, 4), value), "loss": np.full((3, 4), value)} for name, value in names.items()}
    records = tuple(method(name, anchor="content" if name == "identity" else "") for name in names)
    run = make_run(scores, methods=records)
    hashes = {(name, case.id): f"{value} {case.id}" for name, value in names.items() for case in run.cases}
    provenance = {"seed": 0, "device": "cpu", "executor": "local", "environment": MACHINE}
    changed = {"directory": Path(folder), "image_hashes": hashes, "provenance": provenance, **changes}
    return dataclasses.replace(run, **changed)  # type: ignore[arg-type]


def names_of(run: RunRecords) -> list[str]:
    return [method.name for method in run.methods]


def limited(run: RunRecords, cases: int) -> RunRecords:
    kept = run.cases[:cases]
    ids = [case.id for case in kept]
    hashes = {key: value for key, value in run.image_hashes.items() if key[1] in ids}
    return dataclasses.replace(run, cases=kept, units=run.units[run.units["case"].isin(ids)], image_hashes=hashes)


class TestNames:
    def test_that_occur_once_stay(self) -> None:
        (together,) = combine([numbers("a", {"one": 0.1}), numbers("b", {"two": 0.2})])
        assert names_of(together) == ["one", "two"]

    def test_that_occur_twice_get_those_of_their_runs(self) -> None:
        (together,) = combine([numbers("a", {"one": 0.1}), numbers("b", {"one": 0.1, "two": 0.2})])
        assert names_of(together) == ["one (a)", "one (b)", "two"]
        assert [method.title for method in together.methods] == ["one (a)", "one (b)", "two"]
        assert set(together.units["method"]) == {"one (a)", "one (b)", "two"}
        assert {row.method for row in together.summary} == {"one (a)", "one (b)", "two"}

    def test_of_runs_of_one_name_tell_them_apart(self) -> None:
        (together,) = combine([numbers("x/run", {"one": 0.1}), numbers("y/run", {"one": 0.2})])
        assert names_of(together) == ["one (x/run)", "one (y/run)"]

    def test_of_controls_with_other_pictures_get_those_of_their_runs(self) -> None:
        (together,) = combine([numbers("a", {"identity": 1.0}), numbers("b", {"identity": 0.9})])
        assert names_of(together) == ["identity (a)", "identity (b)"]

    def test_of_controls_with_other_settings_get_those_of_their_runs(self) -> None:
        other = numbers("b", {"identity": 1.0}, methods=(method("identity", anchor="content", strength=2),))
        (together,) = combine([numbers("a", {"identity": 1.0}), other])
        assert names_of(together) == ["identity (a)", "identity (b)"]

    def test_of_controls_with_the_same_pictures_are_there_once(self) -> None:
        (together,) = combine([numbers("a", {"identity": 1.0}), numbers("b", {"identity": 1.0, "one": 0.5})])
        assert names_of(together) == ["identity", "one"]
        assert len(together.units) == 2 * 12


class TestRunsThatStandApart:
    def test_are_those_of_other_protocols(self) -> None:
        other = numbers("c", {"one": 0.3}, protocol={"name": "other", "version": "1", "fingerprint": "1" * 64})
        tables = combine([numbers("a", {"one": 0.1}), other, numbers("b", {"two": 0.2})])
        assert [names_of(table) for table in tables] == [["one", "two"], ["one"]]
        assert tables[1] is other

    def test_are_those_whose_metrics_differ(self) -> None:
        other = numbers("b", {"two": 0.2}, metrics=(dataclasses.replace(SSIM, version="2"), LOSS))
        assert len(combine([numbers("a", {"one": 0.1}), other])) == 2

    def test_are_those_without_a_fingerprint(self) -> None:
        runs = [numbers(name, {name: 0.1}, protocol={"name": "numbers", "fingerprint": ""}) for name in ("a", "b")]
        assert combine(runs) == runs


def test_a_metric_that_a_run_lacks_has_no_score_there() -> None:
    only = MetricRecord("only", "Only", "1", "", Direction.HIGHER, "content")
    first = numbers("a", {"one": 0.1}, metrics=(SSIM, LOSS, only))
    first = dataclasses.replace(first, units=first.units.assign(only=0.7))
    (together,) = combine([numbers("b", {"two": 0.2}), first])
    assert [metric.name for metric in together.metrics] == ["ssim", "loss", "only"]
    counts = {row.method: row.n for row in together.summary if row.metric == "only"}
    assert counts == {"two": 0, "one": 12}
    assert "b has no scores by only" in together.notes


def test_a_metric_that_one_run_could_not_compute_is_that_of_the_other() -> None:
    lost = dataclasses.replace(LOSS, unavailable="no weights", components=())
    first = numbers("a", {"one": 0.1}, metrics=(SSIM, lost))
    (together,) = combine([first, numbers("b", {"two": 0.2})])
    assert [metric.unavailable for metric in together.metrics] == ["", ""]
    assert "a has no scores by loss" in together.notes


class TestLimitedRuns:
    def test_lack_cases_that_count_as_skipped(self) -> None:
        (together,) = combine([limited(numbers("a", {"one": 0.1}), 5), numbers("b", {"two": 0.2})])
        of_one = together.units[together.units["method"] == "one"]
        assert list(of_one["status"]) == ["ok"] * 5 + ["skipped"] * 7
        assert set(of_one["error"][5:]) == {"its run, a, has the first 5 cases only"}
        assert [case.id for case in together.cases] == [case.id for case in numbers("b", {"two": 0.2}).cases]
        assert "a has 5 of 12 cases" in together.notes

    def test_are_compared_on_shared_cases(self) -> None:
        whole = numbers("b", {"two": 0.2})
        (together,) = combine([limited(numbers("a", {"one": 0.1}), 8), whole])
        (comparison,) = (found for found in analyze(together).comparisons if found.metric == "ssim")
        assert comparison.difference.cases == 8

    def test_take_the_other_cases_of_a_control_from_the_other_run(self) -> None:
        (together,) = combine([limited(numbers("a", {"identity": 1.0}), 5), numbers("b", {"identity": 1.0})])
        assert names_of(together) == ["identity"]
        assert list(together.units["status"]) == ["ok"] * 12
        assert list(together.units["case"]) == [case.id for case in together.cases]


def test_a_control_that_failed_in_one_run_is_that_of_the_other() -> None:
    failed = change_unit(numbers("a", {"identity": 1.0}), "identity", "c0--s1", status="failed", error="no", ssim=None)
    del failed.image_hashes["identity", "c0--s1"]  # type: ignore[attr-defined]
    (together,) = combine([failed, numbers("b", {"identity": 1.0})])
    assert list(together.units["status"]) == ["ok"] * 12
    assert together.units["ssim"].notna().all()


class TestPrecisions:
    def lower(self, folder: str, names: dict[str, float], *, precision: str | None) -> RunRecords:
        run = numbers(folder, names)
        methods = tuple(dataclasses.replace(one, precision=precision) for one in run.methods)
        return dataclasses.replace(run, methods=methods, provenance={**run.provenance, "precision": "bfloat16"})

    def test_that_differ_are_said_and_none_is_where_all_are_one(self) -> None:
        (together,) = combine([numbers("a", {"one": 0.1}), self.lower("b", {"two": 0.2}, precision="bfloat16")])
        assert together.notes == (
            "methods computed in different precisions, which changes their pictures and durations: "
            "float32 in a, bfloat16 in b",
        )
        assert together.provenance["precision"] == "bfloat16"
        (same,) = combine([numbers("a", {"one": 0.1}), numbers("b", {"two": 0.2})])
        assert same.notes == ()

    @pytest.mark.parametrize(
        ("precision", "names"),
        [("bfloat16", ["identity (a)", "identity (b)"]), ("float32", ["identity"]), (None, ["identity"])],
    )
    def test_of_a_control_make_another_of_it(self, precision: str | None, names: list[str]) -> None:
        runs = [numbers("a", {"identity": 1.0}), self.lower("b", {"identity": 1.0}, precision=precision)]
        (together,) = combine(runs)
        assert names_of(together) == names


class TestCosts:
    def test_of_one_machine_compare(self) -> None:
        (together,) = combine([numbers("a", {"one": 0.1}), numbers("b", {"two": 0.2})])
        assert together.costs_apart == ""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"device": "cuda"}, "device cpu in a, cuda in b"),
            ({"executor": "ray"}, "executor local in a, ray in b"),
            ({"environment": {**MACHINE, "threads": 1}}, "threads 2 in a, 1 in b"),
            ({"environment": {**MACHINE, "processor": "B"}}, "processor A in a, B in b"),
            ({"environment": {}}, "threads 2 in a, unknown in b"),
        ],
    )  # fmt: skip
    def test_of_two_machines_do_not(self, changes: dict[str, object], reason: str) -> None:
        first = numbers("a", {"one": 0.1})
        second = numbers("b", {"two": 0.2}, provenance={**first.provenance, **changes})
        (together,) = combine([first, second])
        assert (
            together.costs_apart == f"Costs of different runs do not compare, and none is called best by them: {reason}"
        )

    def test_that_do_not_compare_are_noted_below_the_means(self) -> None:
        second = numbers("b", {"two": 0.2}, calibration=None)
        (together,) = combine([numbers("a", {"one": 0.1}), second])
        assert together.costs_apart in make_means_table(together).notes

    @pytest.mark.parametrize(
        ("calibration", "reason"),
        [
            (None, "b has no calibration"),
            (Calibration("1", 0.05, disturbed=True), "the calibration of b was disturbed by other processes"),
            (Calibration("2", 0.05), "calibration 1 in a, 2 in b"),
            (Calibration("1", 0.1), "the calibration took 0.05 s in a, 0.1 s in b"),
        ],
    )  # fmt: skip
    def test_without_a_reliable_calibration_do_not(self, calibration: Calibration | None, reason: str) -> None:
        (together,) = combine([numbers("a", {"one": 0.1}), numbers("b", {"two": 0.2}, calibration=calibration)])
        assert reason in together.costs_apart


def test_a_table_is_complete_where_all_its_runs_are() -> None:
    first, second = numbers("a", {"one": 0.1}), numbers("b", {"two": 0.2})
    (complete,) = combine([first, second])
    (incomplete,) = combine([first, dataclasses.replace(second, status=RunStatus.INCOMPLETE, warnings=("late",))])
    assert (complete.status, incomplete.status) == (RunStatus.COMPLETE, RunStatus.INCOMPLETE)
    assert incomplete.warnings == ("b: late",)


def test_three_runs_of_800_cases_are_combined_within_seconds() -> None:
    generator = np.random.default_rng(0)
    runs = []
    for number in range(3):
        names = [f"method_{number}_{k}" for k in range(8)]
        run = make_run({name: {"ssim": generator.normal(size=(20, 40)), "loss": np.ones((20, 40))} for name in names})
        runs.append(dataclasses.replace(run, directory=Path(f"run {number}")))
    start = time.process_time()
    (together,) = combine(runs)
    assert time.process_time() - start < 10
    assert len(together.units) == 3 * 8 * 800
