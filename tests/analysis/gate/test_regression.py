"""What is worse, and what is not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmark.analysis.gate.paired_difference import PairedDifference
from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
from benchmark.analysis.gate.rules import GateRules, Tolerance
from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.analysis.gate.verdict import Finding, Outcome, make_verdict
from benchmark.errors import ExitCode
from benchmark.store.records import Calibration, ScoreError
from tests.analysis.conftest import ENTROPY, LOSS, SSIM, change_unit, make_run, method, without_unit

GENERATOR = np.random.default_rng(0)
SSIM_SCORES = 0.5 + 0.1 * GENERATOR.normal(size=(4, 4))
LOSS_SCORES = 3 + GENERATOR.normal(size=(4, 4))
BEFORE = {"a": {"ssim": SSIM_SCORES, "loss": LOSS_SCORES}, "b": {"ssim": SSIM_SCORES, "loss": LOSS_SCORES}}


def findings(before, now, rules: GateRules = GateRules()) -> dict[tuple[str, str], Finding]:  # noqa: B008
    found = compare_snapshots(take_snapshot(before), take_snapshot(now), rules)
    return {(finding.method, finding.metric): finding for finding in found}


def outcomes(before, now, rules: GateRules = GateRules()) -> dict[tuple[str, str], str]:  # noqa: B008
    return {key: finding.outcome for key, finding in findings(before, now, rules).items()}


def changed(**columns):
    return make_run({**BEFORE, "a": {**BEFORE["a"], **columns}})


class TestScores:
    def test_a_run_is_the_same_as_itself(self):
        assert set(outcomes(make_run(BEFORE), make_run(BEFORE)).values()) == {Outcome.SAME}

    @pytest.mark.parametrize(
        ("column", "values", "outcome"),
        [
            ("ssim", SSIM_SCORES - 0.05, Outcome.WORSE),
            ("ssim", SSIM_SCORES + 0.05, Outcome.BETTER),
            ("loss", LOSS_SCORES + 0.3, Outcome.WORSE),
            ("loss", LOSS_SCORES - 0.3, Outcome.BETTER),
        ],
    )
    def test_the_direction_of_the_metric_says_what_is_worse(self, column, values, outcome):
        found = outcomes(make_run(BEFORE), changed(**{column: values}))
        assert found.pop(("a", column)) is outcome
        assert set(found.values()) == {Outcome.SAME}, "and nothing else changed"

    def test_a_significant_difference_within_the_tolerance_is_the_same(self):
        finding = findings(make_run(BEFORE), changed(ssim=SSIM_SCORES - 0.005))["a", "ssim"]
        assert finding.outcome is Outcome.SAME
        assert finding.interval.excludes_zero
        assert abs(finding.difference) < finding.tolerance

    def test_a_large_difference_that_is_not_significant_is_the_same(self):
        noisy = SSIM_SCORES - 0.08 + 0.2 * np.random.default_rng(1).normal(size=(4, 4))
        finding = findings(make_run(BEFORE), changed(ssim=noisy))["a", "ssim"]
        assert finding.outcome is Outcome.SAME
        assert not finding.interval.excludes_zero
        assert abs(finding.difference) > finding.tolerance
        assert finding.reason.startswith("most in c")

    @pytest.mark.parametrize("number", [3, 5])
    def test_chance_alone_is_rarely_worse_and_twice_as_much_is_found(self, number):
        generator = np.random.default_rng(2)
        worse = {0.0: 0, 2.0: 0}
        for shift in worse:
            for _ in range(100):
                contents, styles = np.divmod(np.arange(number**2), number)
                before, now = generator.normal(size=(2, number**2))
                paired = PairedDifference(before, now - shift, list(contents.astype(str)), list(styles.astype(str)))
                outcome = paired.outcome(paired.interval(0.95), 0.0, higher_is_better=True)
                worse[shift] += outcome is Outcome.WORSE
        assert worse[0.0] <= 3
        assert worse[2.0] >= (30 if number == 3 else 85)

    def test_the_tolerance_can_be_set(self):
        now = changed(ssim=SSIM_SCORES - 0.05)
        rules = GateRules(scores=Tolerance(relative=0.2, absolute=0))
        assert outcomes(make_run(BEFORE), now, rules)["a", "ssim"] is Outcome.SAME

    def test_says_by_how_much_and_from_how_many_cases(self):
        finding = findings(make_run(BEFORE), changed(ssim=SSIM_SCORES - 0.05))["a", "ssim"]
        assert finding.difference == pytest.approx(-0.05)
        assert finding.before - finding.now == pytest.approx(0.05)
        assert (finding.cases, finding.contents, finding.styles) == (16, 4, 4)

    def test_of_one_content_count_if_every_case_moved_the_same_way(self):
        before = make_run({"a": {"ssim": [[0.5, 0.6]], "loss": [[1.0, 1.0]]}})
        now = make_run({"a": {"ssim": [[0.3, 0.5]], "loss": [[0.5, 1.9]]}})
        found = outcomes(before, now)
        assert found["a", "ssim"] is Outcome.WORSE
        assert found["a", "loss"] is Outcome.SAME

    def test_of_a_metric_that_does_not_rank_are_passed_over(self):
        before = make_run({"a": {"entropy": SSIM_SCORES}}, metrics=(ENTROPY,))
        now = make_run({"a": {"entropy": SSIM_SCORES - 1}}, metrics=(ENTROPY,))
        assert set(outcomes(before, now)) == {("a", "runtime")}


class TestNotComparable:
    def test_another_protocol_is_said_once_and_nothing_is_compared(self):
        found = findings(make_run(BEFORE), make_run(BEFORE, fingerprint="1" * 64))
        assert list(found) == [("", "")]
        assert found["", ""].outcome is Outcome.NOT_COMPARABLE
        assert "numbers (000000000000) there, numbers (111111111111) here" in found["", ""].reason

    @pytest.mark.parametrize(
        ("facts", "reason"),
        [({"version": "2"}, "version 1 there, 2 here"), ({"backbone": "vgg16"}, "backbone vgg there")],
    )
    def test_another_metric_version_or_backbone_costs_only_that_metric(self, facts, reason):
        now = make_run(BEFORE, metrics=(SSIM, dataclasses.replace(LOSS, **facts)))
        found = findings(make_run(BEFORE), now)
        assert found["", "loss"].outcome is Outcome.NOT_COMPARABLE
        assert found["", "loss"].reason.startswith(reason)
        assert ("a", "loss") not in found
        assert found["a", "ssim"].outcome is Outcome.SAME

    def test_other_weights_are_another_backbone(self):
        now = make_run(BEFORE)
        now = dataclasses.replace(now, models=(dataclasses.replace(now.models[0], fingerprint="e" * 64),))
        assert findings(make_run(BEFORE), now)["", "loss"].reason.startswith("backbone fingerprint ffffff")


class TestMissing:
    def test_a_method(self):
        assert outcomes(make_run(BEFORE), make_run({"b": BEFORE["b"]}))["a", ""] is Outcome.MISSING

    def test_a_metric(self):
        now = make_run({name: {"ssim": SSIM_SCORES} for name in BEFORE}, metrics=(SSIM,))
        assert outcomes(make_run(BEFORE), now)["", "loss"] is Outcome.MISSING

    def test_a_case_that_was_not_run(self):
        found = findings(make_run(BEFORE), without_unit(make_run(BEFORE), "a", "c0--s1"))
        assert found["a", ""].outcome is Outcome.MISSING
        assert found["a", ""].reason == "c0--s1: was not run"
        assert found["a", "ssim"].cases == 15

    def test_a_case_that_is_skipped_now(self):
        now = change_unit(make_run(BEFORE), "a", "c0--s1", status="skipped", error="too warm")
        assert findings(make_run(BEFORE), now)["a", ""].reason == "c0--s1: was skipped: too warm"

    def test_a_score_without_a_reason(self):
        now = change_unit(make_run(BEFORE), "a", "c0--s1", ssim=np.nan)
        found = compare_snapshots(take_snapshot(make_run(BEFORE)), take_snapshot(now), GateRules())
        assert [(one.outcome, one.method, one.metric) for one in found if one.is_regression] == [
            (Outcome.MISSING, "a", "ssim")
        ]


class TestNewlyFailing:
    def test_a_unit(self):
        now = change_unit(make_run(BEFORE), "a", "c0--s1", status="failed", error="no paint", ssim=np.nan, loss=np.nan)
        found = findings(make_run(BEFORE), now)
        assert found["a", ""].outcome is Outcome.NEWLY_FAILING
        assert found["a", ""].reason == "c0--s1: no paint"

    def test_a_score(self):
        now = change_unit(make_run(BEFORE), "a", "c0--s1", loss=np.nan)
        now = dataclasses.replace(now, score_errors=(ScoreError("a", "c0--s1", "loss", "no network"),))
        found = compare_snapshots(take_snapshot(make_run(BEFORE)), take_snapshot(now), GateRules())
        assert [(one.outcome, one.metric, one.reason) for one in found if one.is_regression] == [
            (Outcome.NEWLY_FAILING, "loss", "c0--s1: no network")
        ]

    def test_what_failed_before_is_not_new_but_noted(self):
        before = change_unit(make_run(BEFORE), "a", "c0--s1", status="failed", error="x", ssim=np.nan, loss=np.nan)
        assert set(outcomes(before, before).values()) == {Outcome.SAME}
        notes = differences_of_note(take_snapshot(before), take_snapshot(before))
        assert notes == ("1 unit of a failed there already, not compared",)


class TestRuntime:
    def test_a_slower_machine_is_no_regression(self):
        now = make_run(BEFORE, seconds=3.0, calibration=Calibration("1", 0.15))
        assert outcomes(make_run(BEFORE), now)["a", "runtime"] is Outcome.SAME

    def test_a_slower_method_is_one(self):
        finding = findings(make_run(BEFORE), make_run(BEFORE, seconds=3.0))["a", "runtime"]
        assert finding.outcome is Outcome.WORSE
        assert (finding.before, finding.now) == (pytest.approx(20), pytest.approx(60))

    def test_what_takes_next_to_no_time_is_the_same(self):
        before = make_run(BEFORE, seconds=1e-5)
        assert outcomes(before, make_run(BEFORE, seconds=1e-3))["a", "runtime"] is Outcome.SAME

    @pytest.mark.parametrize(
        ("before", "now", "reason"),
        [
            (None, Calibration("1", 0.1), "the baseline has no calibration"),
            (Calibration("1", 0.1), None, "the run has no calibration"),
            (Calibration("1", 0.1), Calibration("2", 0.1), "calibration 1 there, 2 here"),
        ],
    )
    def test_without_the_same_calibration_is_not_comparable_which_decides_nothing(self, before, now, reason):
        found = findings(make_run(BEFORE, calibration=before), make_run(BEFORE, calibration=now))
        assert found["", "runtime"].outcome is Outcome.NOT_COMPARABLE
        assert found["", "runtime"].reason == reason
        assert ("a", "runtime") not in found
        assert make_verdict("", list(found.values())).exit_code is ExitCode.DONE

    def test_of_another_device_is_not_comparable(self):
        now = make_run(BEFORE)
        now = dataclasses.replace(now, provenance={"seed": 0, "device": "cuda"})
        assert findings(make_run(BEFORE), now)["", "runtime"].reason == "device cpu there, cuda here"


class TestDisturbedRuntime:
    """What other processes have slowed is never taken for slow."""

    @staticmethod
    def runtimes(before, now) -> list[Finding]:
        found = compare_snapshots(take_snapshot(before), take_snapshot(now), GateRules())
        return [finding for finding in found if finding.metric == "runtime" and finding.method in ("", "a")]

    def test_is_left_out_and_said(self):
        now = change_unit(make_run(BEFORE), "a", "c0--s0", seconds=1e6, disturbed=True)
        compared, left_out = self.runtimes(make_run(BEFORE), now)
        assert (compared.outcome, compared.cases) == (Outcome.SAME, 15)
        assert (left_out.outcome, left_out.decides) == (Outcome.NOT_COMPARABLE, False)
        assert left_out.reason == "the durations of 1 of 16 cases were disturbed by other processes"

    @pytest.mark.parametrize("there", [True, False])
    def test_decides_nothing_wherever_it_was(self, there):
        slow = make_run(BEFORE, seconds=1e6)
        slow = dataclasses.replace(slow, units=slow.units.assign(disturbed=True))
        before, now = (slow, make_run(BEFORE)) if there else (make_run(BEFORE), slow)
        (left_out,) = self.runtimes(before, now)
        assert left_out.reason == "the durations of 16 of 16 cases were disturbed by other processes"
        assert make_verdict("", [left_out]).exit_code is ExitCode.DONE

    def test_that_nobody_looked_for_is_compared(self):
        unknown = make_run(BEFORE, seconds=3.0)
        unknown = dataclasses.replace(
            unknown, units=unknown.units.assign(disturbed=None).astype({"disturbed": "boolean"})
        )
        assert [finding.outcome for finding in self.runtimes(make_run(BEFORE), unknown)] == [Outcome.WORSE]

    @pytest.mark.parametrize(("there", "side"), [(True, "baseline"), (False, "run")])
    def test_by_a_disturbed_calibration_is_none(self, there, side):
        runs = [make_run(BEFORE, calibration=Calibration("1", 0.01, disturbed=one)) for one in (there, not there)]
        (finding,) = self.runtimes(*runs)
        assert finding.reason == f"the calibration of the {side} was disturbed by other processes"
        assert not finding.decides


class TestVerdict:
    @pytest.mark.parametrize(
        ("found", "code"),
        [
            ((), ExitCode.DONE),
            ((Outcome.SAME, Outcome.BETTER), ExitCode.DONE),
            ((Outcome.SAME, Outcome.NOT_COMPARABLE), ExitCode.NOT_COMPARABLE),
            ((Outcome.NOT_COMPARABLE, Outcome.WORSE), ExitCode.REGRESSION),
            ((Outcome.MISSING,), ExitCode.REGRESSION),
            ((Outcome.NEWLY_FAILING,), ExitCode.REGRESSION),
        ],
    )
    def test_decides_the_exit_code(self, found, code):
        assert make_verdict("", [Finding(outcome, "a", "m") for outcome in found]).exit_code is code

    def test_shows_the_worst_first(self):
        verdict = make_verdict("t", [Finding(outcome, "a", "m") for outcome in (Outcome.SAME, Outcome.WORSE)])
        assert [finding.outcome for finding in verdict.findings] == [Outcome.WORSE, Outcome.SAME]
        assert verdict.summary == "t: 1 worse, 1 same"


def test_what_differs_without_deciding_is_noted():
    before = make_run(BEFORE, methods=(method("a", steps=3), method("b")))
    now = make_run({**BEFORE, "c": BEFORE["a"]}, methods=(method("a", version="2", steps=4), method("b"), method("c")))
    assert differences_of_note(take_snapshot(before), take_snapshot(now)) == (
        "a.steps 3 there, 4 here",
        "only the run has method c",
        "version of a 1 there, 2 here",
    )
