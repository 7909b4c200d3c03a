"""Repeated runs as one baseline, which measures how far a run repeats itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from benchmark.analysis.gate.baseline_file import read_baseline, write_baseline
from benchmark.analysis.gate.repeats import combine_repeats
from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.contracts.metric import Direction
from benchmark.errors import InputError, NotComparableError
from benchmark.store.records import Calibration, RunRecords, ScoreError, SummaryRow, UnitStatus
from tests.analysis.conftest import LOSS, SSIM, change_unit, make_run, method, without_unit

FIRST = {"a": {"ssim": [[0.5, 0.7]], "loss": [[3.0, 1.0]]}, "b": {"ssim": [[0.1, 0.2]], "loss": [[2.0, 2.0]]}}
SECOND = {**FIRST, "a": {"ssim": [[0.6, 0.7]], "loss": [[3.0, 1.0]]}}


def repeat(name: str, scores=FIRST, **facts) -> RunRecords:
    run = make_run(scores, seconds=1 + len(name) / 10, **facts)
    return dataclasses.replace(run, directory=Path(name))


def test_one_run_is_itself():
    assert combine_repeats([repeat("one")]) == take_snapshot(repeat("one"))


def test_of_every_score_the_mean_and_the_spread_are_kept():
    combined = combine_repeats([repeat("one"), repeat("three", SECOND)])
    cases = combined.methods["a"].cases
    assert cases["c0--s0"].scores == {"ssim": pytest.approx(0.55), "loss": 3.0}
    assert cases["c0--s0"].spreads == {"ssim": pytest.approx(0.1 / np.sqrt(2))}
    assert cases["c0--s1"].spreads == {}
    assert combined.methods["a"].mean_spreads == {"ssim": pytest.approx(0.05 / np.sqrt(2))}
    assert not combined.methods["a"].repeats_exactly
    assert combined.methods["b"].repeats_exactly
    assert combined.seeds == (0, 0)


def test_of_durations_the_mean_of_the_undisturbed_is_kept():
    runs = [repeat("one"), repeat("three"), repeat("fifteen")]
    disturbed = dataclasses.replace(runs[2], units=runs[2].units.assign(seconds=99.0, disturbed=True))
    case = combine_repeats([*runs[:2], disturbed]).methods["a"].cases["c0--s0"]
    assert (case.runtime, case.disturbed) == (pytest.approx((1.3 + 1.5) / 2 / 0.05), False)


def test_is_the_same_after_it_was_written_and_read(tmp_path):
    write_baseline(combine_repeats([repeat("one"), repeat("three", SECOND)]), tmp_path / "baseline.json")
    read = read_baseline(tmp_path / "baseline.json")
    assert read.methods["a"].cases["c0--s0"].spreads == {"ssim": 0.0707}
    assert read.methods["a"].mean_spreads == {"ssim": 0.0354}
    assert read.repeats == 2


def test_a_unit_that_failed_in_one_of_them_is_a_failure():
    failing = change_unit(repeat("three"), "a", "c0--s1", status="failed", error="no paint", ssim=np.nan, loss=np.nan)
    case = combine_repeats([repeat("one"), failing]).methods["a"].cases["c0--s1"]
    assert (case.status, case.error) == (UnitStatus.FAILED, "failed in 1 of 2 runs: no paint")


def test_a_score_that_failed_in_one_of_them_is_a_failure():
    failing = change_unit(repeat("three"), "a", "c0--s1", loss=np.nan)
    failing = dataclasses.replace(failing, score_errors=(ScoreError("a", "c0--s1", "loss", "no network"),))
    case = combine_repeats([repeat("one"), failing]).methods["a"].cases["c0--s1"]
    assert case.failed_scores == {"loss": "no score in 1 of 2 runs: no network"}
    assert case.scores == {"ssim": 0.7}


def test_a_unit_that_all_skip_is_skipped():
    runs = [
        change_unit(run, "a", "c0--s1", status="skipped", error="too warm", ssim=np.nan, loss=np.nan)
        for run in (repeat("one"), repeat("three"))
    ]
    assert combine_repeats(runs).methods["a"].cases["c0--s1"].status is UnitStatus.SKIPPED


def test_of_a_number_for_all_images_too():
    runs = [
        dataclasses.replace(
            repeat(name, metrics=(SSIM, dataclasses.replace(LOSS, name="fid", sample_size=1))),
            summary=(SummaryRow("a", "fid", value, None, None, 4, 2, 2, Direction.LOWER, False, False, "0" * 64),),
        )
        for name, value in (("one", 99.0), ("three", 101.0))
    ]
    result = combine_repeats(runs).methods["a"].set_scores["fid"]
    assert (result.value, result.spread) == (100.0, pytest.approx(np.sqrt(2)))


class TestWhatIsNoRepetition:
    @pytest.mark.parametrize(
        ("other", "reason"),
        [
            (repeat("two", fingerprint="1" * 64), "protocol numbers"),
            (repeat("two", methods=(method("a", version="2"), method("b"))), "version of a 1 there, 2 here"),
            (repeat("two", methods=(method("a", steps=3), method("b"))), "steps"),
            (repeat("two", {"a": FIRST["a"]}), "methods b are in one of them only"),
            (repeat("two", metrics=(SSIM, dataclasses.replace(LOSS, version="2"))), "metric loss was measured"),
            (repeat("two", metrics=(SSIM,)), "metrics loss are in one of them only"),
            (dataclasses.replace(repeat("two"), provenance={"seed": 0, "device": "cuda"}), "device cpu there"),
            (
                dataclasses.replace(repeat("two"), provenance={"seed": 0, "device": "cpu", "precision": "bfloat16"}),
                "precision float32 there, bfloat16 here",
            ),
        ],
    )
    def test_is_refused(self, other, reason):
        with pytest.raises(NotComparableError, match="two is no repetition of one") as error:
            combine_repeats([repeat("one"), dataclasses.replace(other, units=other.units.assign(seconds=7.0))])
        assert reason in str(error.value)

    def test_a_run_that_is_not_finished(self):
        with pytest.raises(InputError, match="three has no a on c0--s1"):
            combine_repeats([repeat("one"), without_unit(repeat("three"), "a", "c0--s1")])

    @pytest.mark.parametrize("copy", ["one", "./one", "copy"])
    def test_the_same_run_again(self, copy):
        run = repeat("one")
        with pytest.raises(InputError, match="are the same run"):
            combine_repeats([run, dataclasses.replace(run, directory=Path(copy))])


class TestWhatItKnows:
    def test_is_nothing_from_one_run(self):
        snapshot = take_snapshot(repeat("one"))
        assert snapshot.unknown_noise(snapshot) == "there is one run to compare with"

    @pytest.mark.parametrize(
        ("seeds", "seed", "reason"),
        [((0, 0), 0, ""), ((0, 0), 1, "it was measured with seed 0 only"), ((0, 1), 2, "")],
    )
    def test_holds_for_other_seeds_only_if_it_was_measured_with_several(self, seeds, seed, reason):
        runs = [
            dataclasses.replace(repeat(name), provenance={"seed": one, "device": "cpu"})
            for name, one in zip(("one", "three"), seeds, strict=True)
        ]
        now = dataclasses.replace(repeat("seventh"), provenance={"seed": seed, "device": "cpu"})
        assert combine_repeats(runs).unknown_noise(take_snapshot(now)) == reason

    def test_holds_for_one_device(self):
        now = dataclasses.replace(repeat("seventh"), provenance={"seed": 0, "device": "cuda"})
        combined = combine_repeats([repeat("one"), repeat("three")])
        assert combined.unknown_noise(take_snapshot(now)) == "it was measured on cpu"

    def test_holds_for_one_precision(self):
        provenance = {"seed": 0, "device": "cpu", "precision": "bfloat16"}
        now = dataclasses.replace(repeat("seventh"), provenance=provenance)
        combined = combine_repeats([repeat("one"), repeat("three")])
        assert combined.unknown_noise(take_snapshot(now)) == "it was measured in float32"

    def test_counts_the_runs_without_a_calibration_too(self):
        combined = combine_repeats([repeat("one"), repeat("three", calibration=Calibration("2", 0.1))])
        assert combined.calibration == ""
