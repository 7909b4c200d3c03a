"""Comparison of two runs by the gate: better, worse, missing, not comparable."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
from benchmark.analysis.gate.repeats import mean_snapshot
from benchmark.analysis.gate.rerun_noise import Knowledge
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
        assert abs(finding.difference) < finding.tolerance

    def test_a_difference_beyond_the_tolerance_but_not_beyond_chance_is_the_same(self):
        # Three cases of 1 with an assumed noise of 2 %: the interval of one difference is ± 1.96 · 0.02 · √(2 / 3).
        before, now = ({"a": {"ssim": [[score, 1.0, 1.0]]}} for score in (1.0, 0.91))
        finding = findings(make_run(before, metrics=(SSIM,)), make_run(now, metrics=(SSIM,)))["a", "ssim"]
        assert (finding.outcome, finding.noise) == (Outcome.SAME, Knowledge.ASSUMED)
        assert finding.difference == pytest.approx(-0.03)
        assert finding.interval.low == pytest.approx(-0.03 - 0.0320064, abs=1e-6)
        assert finding.interval.high == pytest.approx(-0.03 + 0.0320064, abs=1e-6)
        assert finding.reason == "most in c0--s0: 1 → 0.91; noise not known, 2% of a score assumed"

    def test_one_spared_case_hides_no_drop(self):
        before = np.full((3, 4), 0.749)
        now = before - 0.3458
        now[1, 2] = 0.749
        finding = findings(
            make_run({"adain": {"ssim": before}}, metrics=(SSIM,)), make_run({"adain": {"ssim": now}}, metrics=(SSIM,))
        )["adain", "ssim"]
        assert (round(finding.before, 3), round(finding.now, 3)) == (0.749, 0.432)
        assert finding.outcome is Outcome.WORSE

    def test_one_broken_case_of_nine_is_caught(self):
        broken = np.full((3, 3), 0.5)
        broken[2, 0] = 0.1
        before, now = ({"a": {"ssim": scores}} for scores in (np.full((3, 3), 0.5), broken))
        finding = findings(make_run(before, metrics=(SSIM,)), make_run(now, metrics=(SSIM,)))["a", "ssim"]
        assert finding.outcome is Outcome.WORSE
        assert finding.reason.startswith("most in c2--s0: 0.5 → 0.1")

    def test_a_small_change_of_what_repeats_itself_exactly_is_caught_by_the_tolerance_alone(self):
        before, now = (make_run({"a": {"ssim": np.full((2, 2), score)}}, metrics=(SSIM,)) for score in (0.5, 0.4895))
        known = mean_snapshot([take_snapshot(before)] * 2)
        found = {(one.method, one.metric): one for one in compare_snapshots(known, take_snapshot(now), GateRules())}
        finding = found["a", "ssim"]
        assert (finding.outcome, finding.noise, finding.interval) == (Outcome.WORSE, Knowledge.EXACT, None)
        assert findings(before, now)["a", "ssim"].outcome is Outcome.SAME, "where it is not known that it does"

    def test_where_the_noise_would_hide_a_change_of_a_fifth_nothing_is_decided(self):
        runs = [make_run({"a": {"ssim": np.full((2, 2), score)}}, metrics=(SSIM,)) for score in (0.5, 0.7, 0.6)]
        before = mean_snapshot([take_snapshot(run) for run in runs[:2]])
        found = compare_snapshots(before, take_snapshot(runs[2]), GateRules())
        (finding,) = (one for one in found if one.metric == "ssim")
        assert (finding.outcome, finding.decides) == (Outcome.NOT_COMPARABLE, False)
        assert "only a difference beyond" in finding.reason

    def test_the_tolerance_can_be_set(self):
        now = changed(ssim=SSIM_SCORES - 0.05)
        rules = GateRules(scores=Tolerance(relative=0.2, absolute=0))
        assert outcomes(make_run(BEFORE), now, rules)["a", "ssim"] is Outcome.SAME

    def test_says_by_how_much_and_from_how_many_cases(self):
        finding = findings(make_run(BEFORE), changed(ssim=SSIM_SCORES - 0.05))["a", "ssim"]
        assert finding.difference == pytest.approx(-0.05)
        assert finding.before - finding.now == pytest.approx(0.05)
        assert (finding.cases, finding.contents, finding.styles) == (16, 4, 4)

    def test_a_metric_may_have_a_tolerance_of_its_own(self):
        now = changed(ssim=SSIM_SCORES * 0.8, loss=LOSS_SCORES * 1.2)
        found = outcomes(make_run(BEFORE), now, GateRules(own={"ssim": 0.25}))
        assert found["a", "ssim"] is Outcome.SAME
        assert found["a", "loss"] is Outcome.WORSE

    def test_the_level_is_that_of_all_comparisons_together(self):
        """Golden: z at 1 − 0.05 / 8 is 2.4977 with four comparisons; half the confidence makes intervals shorter."""
        now = findings(make_run(BEFORE), changed(ssim=SSIM_SCORES - 0.05))["a", "ssim"]
        error = 0.02 * np.sqrt(2 * np.square(SSIM_SCORES).sum()) / 16
        assert now.interval.high - now.difference == pytest.approx(2.4977055 * error, rel=1e-6)
        half = findings(make_run(BEFORE), changed(ssim=SSIM_SCORES - 0.05), GateRules(level=0.5))["a", "ssim"]
        assert half.interval.high - half.difference == pytest.approx(1.5341206 * error, rel=1e-6)

    def test_of_one_content_are_compared(self):
        before = make_run({"a": {"ssim": [[0.5, 0.6]], "loss": [[1.0, 1.0]]}})
        now = make_run({"a": {"ssim": [[0.3, 0.5]], "loss": [[0.5, 1.9]]}})
        found = outcomes(before, now)
        assert found["a", "ssim"] is found["a", "loss"] is Outcome.WORSE

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

    def test_a_metric_throughout_for_one_method(self):
        scores = {**BEFORE, "a": {"ssim": SSIM_SCORES, "loss": np.full((4, 4), np.nan)}}
        errors = tuple(ScoreError("a", f"c{c}--s{s}", "loss", "no network") for c in range(4) for s in range(4))
        now = dataclasses.replace(make_run(scores), score_errors=errors)
        finding = findings(make_run(BEFORE), now)["a", "loss"]
        assert (finding.outcome, finding.reason) == (Outcome.NEWLY_FAILING, "c0--s0 (and 15 more): no network")

    def test_a_metric_that_does_not_rank(self):
        before = make_run({"a": {"entropy": [[1.0, 2.0]]}}, metrics=(ENTROPY,))
        now = dataclasses.replace(
            make_run({"a": {"entropy": [[1.0, np.nan]]}}, metrics=(ENTROPY,)),
            score_errors=(ScoreError("a", "c0--s1", "entropy", "no picture"),),
        )
        assert outcomes(before, now)["a", "entropy"] is Outcome.NEWLY_FAILING

    def test_a_metric_that_became_unavailable(self):
        broken = dataclasses.replace(LOSS, unavailable="no weights")
        now = make_run({name: {"ssim": SSIM_SCORES} for name in BEFORE}, metrics=(SSIM, broken))
        finding = findings(make_run(BEFORE), now)["", "loss"]
        assert (finding.outcome, finding.reason) == (Outcome.NEWLY_FAILING, "no weights")

    def test_a_method_throughout(self):
        now = make_run(BEFORE)
        for case in now.cases:
            now = change_unit(now, "a", case.id, status="failed", error="no paint", ssim=np.nan, loss=np.nan)
        finding = findings(make_run(BEFORE), now)["a", ""]
        assert (finding.outcome, finding.cases) == (Outcome.NEWLY_FAILING, 16)

    def test_what_failed_before_is_not_new_but_noted(self):
        before = change_unit(make_run(BEFORE), "a", "c0--s1", status="failed", error="x", ssim=np.nan, loss=np.nan)
        assert set(outcomes(before, before).values()) == {Outcome.SAME}
        notes = differences_of_note(take_snapshot(before), take_snapshot(before))
        assert [note for note in notes if "repeats itself" not in note] == [
            "1 unit of a failed there already, not compared"
        ]

    def test_scores_that_failed_before_are_noted(self):
        before = change_unit(make_run(BEFORE), "a", "c0--s1", loss=np.nan)
        before = dataclasses.replace(before, score_errors=(ScoreError("a", "c0--s1", "loss", "no network"),))
        notes = differences_of_note(take_snapshot(before), take_snapshot(make_run(BEFORE)))
        assert "loss failed there already for 1 image of a, not compared" in notes

    def test_metrics_that_were_unavailable_before_are_noted(self):
        broken = dataclasses.replace(LOSS, unavailable="no weights")
        before = make_run({name: {"ssim": SSIM_SCORES} for name in BEFORE}, metrics=(SSIM, broken))
        notes = differences_of_note(take_snapshot(before), take_snapshot(make_run(BEFORE)))
        assert "loss could not be computed there: no weights" in notes


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

    def test_of_a_few_slow_cases_decides_nothing_but_is_said(self):
        before = make_run({"a": {"ssim": SSIM_SCORES}}, metrics=(SSIM,))
        now = before
        for case in ("c0--s0", "c1--s2", "c3--s3"):
            now = change_unit(now, "a", case, seconds=16.0)
        finding = findings(before, now)["a", "runtime"]
        assert (finding.outcome, finding.decides) == (Outcome.NOT_COMPARABLE, False)
        assert finding.reason == "most in c0--s0: 20 → 320; in 3 of 16 cases only"

    def test_of_more_than_half_of_the_cases_decides(self):
        before = now = make_run({"a": {"ssim": SSIM_SCORES}}, metrics=(SSIM,))
        for case in before.cases[:9]:
            now = change_unit(now, "a", case.id, seconds=4.0)
        assert outcomes(before, now)["a", "runtime"] is Outcome.WORSE

    def test_that_other_processes_disturbed_is_left_out_and_said(self):
        before = make_run({"a": {"ssim": [[0.5, 0.5], [0.5, 0.5]]}}, metrics=(SSIM,))
        units = before.units.assign(seconds=[1.0, 30.0, 1.0, 1.0], disturbed=[False, True, False, None])
        finding = findings(before, dataclasses.replace(before, units=units))["a", "runtime"]
        assert (finding.outcome, finding.now, finding.cases) == (Outcome.SAME, 20.0, 3)
        assert finding.reason == "1 disturbed by other processes of 4 cases left out"

    def test_that_other_processes_disturbed_throughout_is_not_comparable(self):
        before = make_run({"a": {"ssim": [[0.5, 0.5]]}}, metrics=(SSIM,))
        now = dataclasses.replace(before, units=before.units.assign(seconds=30.0, disturbed=True))
        finding = findings(before, now)["a", "runtime"]
        assert (finding.outcome, finding.decides) == (Outcome.NOT_COMPARABLE, False)
        assert finding.reason == "2 disturbed by other processes of 2 cases left out"

    def test_that_is_gone_is_said(self):
        before = make_run({"a": {"ssim": [[0.5, 0.5]]}}, metrics=(SSIM,))
        now = dataclasses.replace(before, units=before.units.assign(seconds=np.nan))
        finding = findings(before, now)["a", "runtime"]
        assert (finding.outcome, finding.reason) == (
            Outcome.NOT_COMPARABLE,
            "2 without a duration of 2 cases left out",
        )

    def test_of_another_device_is_not_comparable(self):
        now = make_run(BEFORE)
        now = dataclasses.replace(now, provenance={"seed": 0, "device": "cuda"})
        assert findings(make_run(BEFORE), now)["", "runtime"].reason == "device cpu there, cuda here"

    def test_in_another_precision_is_not_comparable_and_the_scores_are_with_a_note(self):
        provenance = {"seed": 0, "device": "cpu", "precision": "bfloat16"}
        before, now = make_run(BEFORE), dataclasses.replace(make_run(BEFORE), provenance=provenance)
        assert findings(before, now)["", "runtime"].reason == "precision float32 there, bfloat16 here"
        notes = differences_of_note(take_snapshot(before), take_snapshot(now))
        assert "precision float32 there, bfloat16 here" in notes


class TestDisturbedRuntime:
    """Durations that other processes disturbed never count as slower."""

    @staticmethod
    def runtimes(before, now) -> list[Finding]:
        found = compare_snapshots(take_snapshot(before), take_snapshot(now), GateRules())
        return [finding for finding in found if finding.metric == "runtime" and finding.method in ("", "a")]

    def test_is_left_out_and_said(self):
        now = change_unit(make_run(BEFORE), "a", "c0--s0", seconds=1e6, disturbed=True)
        (compared,) = self.runtimes(make_run(BEFORE), now)
        assert (compared.outcome, compared.cases) == (Outcome.SAME, 15)
        assert "1 disturbed by other processes of 16 cases left out" in compared.reason

    @pytest.mark.parametrize("there", [True, False])
    def test_decides_nothing_wherever_it_was(self, there):
        slow = make_run(BEFORE, seconds=1e6)
        slow = dataclasses.replace(slow, units=slow.units.assign(disturbed=True))
        before, now = (slow, make_run(BEFORE)) if there else (make_run(BEFORE), slow)
        (left_out,) = self.runtimes(before, now)
        assert left_out.reason == "16 disturbed by other processes of 16 cases left out"
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
        "how far unchanged code repeats itself is not known (there is one run to compare with): 2% of each score are "
        "taken for chance; a baseline of repeated runs measures it",
        "only the run has method c",
        "version of a 1 there, 2 here",
    )
