"""Bounds of mean scores."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest

from benchmark.analysis.gate.thresholds import check_thresholds
from benchmark.analysis.gate.thresholds_file import Threshold, read_thresholds
from benchmark.analysis.gate.verdict import Outcome
from benchmark.contracts.metric import Direction
from benchmark.errors import InputError
from benchmark.store.records import Calibration, ScoreError, SummaryRow
from tests.analysis.conftest import LOSS, SSIM, change_unit, make_run, method, without_unit

SCORES = {
    name: {"ssim": np.full((2, 2), ssim), "loss": np.full((2, 2), 3.0), "loss.relu1": np.full((2, 2), 1.0)}
    for name, ssim in (("adain", 0.5), ("adain_fast", 0.3), ("identity", 1.0))
}
METHODS = (method("adain"), method("adain_fast"), method("identity", anchor="content"))
RUN = make_run(SCORES, methods=METHODS, seconds=1.0)


def outcomes(*thresholds: Threshold, run=RUN):
    return {(one.method, one.metric): one.outcome for one in check_thresholds(run, thresholds)}


class TestBounds:
    def test_are_of_the_mean(self):
        assert outcomes(Threshold("ssim", minimum=0.4)) == {
            ("adain", "ssim"): Outcome.SAME,
            ("adain_fast", "ssim"): Outcome.WORSE,
        }

    def test_may_be_both(self):
        assert outcomes(Threshold("ssim", "adain", 0.5, 0.5)) == {("adain", "ssim"): Outcome.SAME}
        assert outcomes(Threshold("ssim", "adain", 0.6, 0.9)) == {("adain", "ssim"): Outcome.WORSE}

    def test_are_said(self):
        (finding,) = check_thresholds(RUN, (Threshold("ssim", "adain", minimum=0.6),))
        assert finding.reason == "has to be at least 0.6"
        assert (finding.now, finding.cases, finding.contents, finding.styles) == (0.5, 4, 2, 2)


class TestSelection:
    def test_a_pattern_of_methods_leaves_controls_out(self):
        assert {method for method, _ in outcomes(Threshold("ssim", "*", maximum=2))} == {"adain", "adain_fast"}
        assert {method for method, _ in outcomes(Threshold("ssim", "adain?fast", maximum=2))} == {"adain_fast"}

    def test_a_control_is_selected_by_its_name(self):
        assert outcomes(Threshold("ssim", "identity", minimum=1)) == {("identity", "ssim"): Outcome.SAME}

    def test_a_pattern_of_metrics_takes_components_and_leaves_costs_out(self):
        found = outcomes(Threshold("*", "adain", maximum=10))
        assert {metric for _, metric in found} == {"ssim", "loss", "loss.relu1"}

    def test_costs_are_selected_by_their_name(self):
        assert outcomes(Threshold("seconds", "adain", maximum=1.5)) == {("adain", "seconds"): Outcome.SAME}
        assert outcomes(Threshold("runtime", "adain", maximum=19)) == {("adain", "runtime"): Outcome.WORSE}

    @pytest.mark.parametrize(
        ("threshold", "message"),
        [
            (Threshold("ssim", "adian", 0), "the run has no method 'adian'; did you mean adain"),
            (Threshold("sim", "adain", 0), "the run has no metric 'sim'; did you mean ssim?"),
            (Threshold("ssim", "gatys*", 0), "no method of the run matches 'gatys*'; there are: adain, adain_fast"),
            (Threshold("lpips*", "*", 0), "no metric of the run matches 'lpips*'"),
            (Threshold("ssim", "ident*", 0), "no method of the run matches 'ident*'"),
        ],
    )
    def test_of_nothing_is_an_error(self, threshold, message):
        with pytest.raises(InputError) as error:
            check_thresholds(RUN, (Threshold("ssim", minimum=0), threshold))
        assert "entry 2" in str(error.value)
        assert message in str(error.value)


class TestIncompleteRuns:
    def test_failed_units_do_not_pass(self):
        run = change_unit(RUN, "adain", "c0--s0", status="failed", error="x", ssim=np.nan)
        assert outcomes(Threshold("ssim", "adain", 0), run=run) == {("adain", "ssim"): Outcome.MISSING}

    def test_unfinished_units_do_not_pass(self):
        run = without_unit(RUN, "adain", "c0--s0")
        (finding,) = check_thresholds(run, (Threshold("ssim", "adain", 0),))
        assert (finding.outcome, finding.reason) == (Outcome.MISSING, "1 unit not finished of 4 cases")

    def test_failed_scores_do_not_pass(self):
        run = change_unit(RUN, "adain", "c0--s0", loss=np.nan)
        run = dataclasses.replace(run, score_errors=(ScoreError("adain", "c0--s0", "loss", "x"),))
        found = outcomes(Threshold("*", "adain", maximum=9), run=run)
        assert found["adain", "loss"] is found["adain", "loss.relu1"] is Outcome.MISSING
        assert found["adain", "ssim"] is Outcome.SAME

    def test_skipped_units_do_not_count(self):
        run = change_unit(RUN, "adain", "c0--s0", status="skipped", error="x", ssim=np.nan)
        assert outcomes(Threshold("ssim", "adain", 0.5), run=run) == {("adain", "ssim"): Outcome.SAME}

    def test_no_score_at_all_does_not_pass(self):
        run = make_run({"a": {"ssim": [[np.nan]], "loss": [[np.nan]], "loss.relu1": [[np.nan]]}})
        assert outcomes(Threshold("ssim", "a", 0), run=run) == {("a", "ssim"): Outcome.MISSING}

    def test_a_metric_of_a_method_as_a_whole_is_that_of_the_summary(self):
        row = SummaryRow("adain", "fid", 40.0, None, None, 4, 2, 2, Direction.LOWER, False, False)
        run = dataclasses.replace(RUN, summary=(row,))
        assert outcomes(Threshold("fid", "adain", maximum=50), run=run) == {("adain", "fid"): Outcome.SAME}
        assert outcomes(Threshold("fid", "adain", maximum=30), run=run) == {("adain", "fid"): Outcome.WORSE}
        assert outcomes(Threshold("fid", "identity", maximum=30), run=run) == {("identity", "fid"): Outcome.MISSING}

    def test_a_number_that_says_little_says_so(self):
        row = SummaryRow("adain", "fid", 40.0, None, None, 4, 2, 2, Direction.LOWER, False, False, warning="too few")
        run = dataclasses.replace(RUN, summary=(row,))
        (finding,) = check_thresholds(run, (Threshold("fid", "adain", maximum=50),))
        assert finding.reason == "has to be at most 50; too few"

    def test_a_metric_that_could_not_be_computed_does_not_pass(self):
        broken = dataclasses.replace(LOSS, unavailable="no weights")
        run = make_run({"a": {"ssim": [[1.0]]}}, metrics=(SSIM, broken))
        (finding,) = check_thresholds(run, (Threshold("loss", "a", maximum=1),))
        assert (finding.outcome, finding.reason) == (Outcome.MISSING, "it could not be computed: no weights")

    def test_a_runtime_without_calibration_is_not_comparable(self):
        run = dataclasses.replace(RUN, calibration=None)
        assert outcomes(Threshold("runtime", "adain", maximum=1), run=run) == {
            ("adain", "runtime"): Outcome.NOT_COMPARABLE
        }

    def test_disturbed_durations_are_left_out_and_said(self):
        units = RUN.units.assign(seconds=2.0)
        units.loc[units["case"] == "c0--s0", "seconds"] = 90.0
        run = dataclasses.replace(RUN, units=units.assign(disturbed=units["seconds"] > 2))
        (finding,) = check_thresholds(run, (Threshold("seconds", "adain", maximum=3),))
        assert (finding.outcome, finding.now, finding.cases) == (Outcome.SAME, 2.0, 3)
        assert finding.reason == "has to be at most 3; 1 disturbed by other processes left out"

    @pytest.mark.parametrize("metric", ["seconds", "runtime"])
    def test_durations_that_were_all_disturbed_are_not_comparable(self, metric):
        run = dataclasses.replace(RUN, units=RUN.units.assign(disturbed=True))
        (finding,) = check_thresholds(run, (Threshold(metric, "adain", maximum=3),))
        assert (finding.outcome, finding.decides) == (Outcome.NOT_COMPARABLE, True)
        assert outcomes(Threshold("ssim", "adain", 0.4), run=run) == {("adain", "ssim"): Outcome.SAME}


class TestDisturbedDurations:
    RUN = change_unit(RUN, "adain", "c0--s0", seconds=1e6, disturbed=True)

    @pytest.mark.parametrize("metric", ["seconds", "runtime"])
    def test_are_left_out_and_said(self, metric):
        (finding,) = check_thresholds(self.RUN, (Threshold(metric, "adain", maximum=30),))
        assert (finding.outcome, finding.decides) == (Outcome.SAME, True)
        assert "1 disturbed by other processes left out" in finding.reason

    def test_of_another_method_do_not_count(self):
        assert outcomes(Threshold("seconds", "adain_fast", maximum=1.5), run=self.RUN) == {
            ("adain_fast", "seconds"): Outcome.SAME
        }

    def test_leave_processor_time_as_it_is(self):
        assert outcomes(Threshold("cpu_seconds", "adain", maximum=1.5), run=self.RUN) == {
            ("adain", "cpu_seconds"): Outcome.SAME
        }

    def test_a_disturbed_calibration_makes_no_runtime(self):
        run = dataclasses.replace(RUN, calibration=Calibration("1", 0.05, disturbed=True))
        (finding,) = check_thresholds(run, (Threshold("runtime", "adain", maximum=1),))
        assert (finding.outcome, finding.decides) == (Outcome.NOT_COMPARABLE, False)
        assert outcomes(Threshold("seconds", "adain", maximum=1), run=run) == {("adain", "seconds"): Outcome.SAME}


class TestFile:
    def test_is_read(self, tmp_path):
        path = tmp_path / "thresholds.toml"
        path.write_text(
            'schema_version = 1\n[[thresholds]]\nmethod = "adain*"\nmetric = "ssim"\nminimum = 0\n'
            '[[thresholds]]\nmetric = "loss"\nmaximum = 3.5\n'
        )
        assert read_thresholds(path) == (Threshold("ssim", "adain*", 0), Threshold("loss", maximum=3.5))

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "schema_version is missing; it must be 1"),
            (b"schema_version = 2", "schema_version must be 1, not 2"),
            (b"schema_version = true", "schema_version must be 1, not True"),
            (b"schema_version = 1", "thresholds is missing; it must be a list of at least one [[thresholds]] entry"),
            (b"schema_version = 1\nthresholds = []", "a list of at least one [[thresholds]] entry, without which"),
            (b"schema_version = 1\nthresholds = 'x'", "a list of at least one [[thresholds]] entry, without which"),
            (b"schema_version = 1\nthresholds = [3]", "entry 1 must be a table, not 3"),
            (b"schema_version = 1\n[[threshold]]", "unknown key 'threshold'; did you mean thresholds?"),
            (b"schema_version = 1\n[[thresholds]]\nmetrik = 'x'", "unknown key 'metrik'; did you mean metric?"),
            (b"schema_version = 1\n[[thresholds]]\nminimum = 1", "entry 1: metric is missing"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = 'x'", "minimum, maximum or both are needed"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = ''\nminimum = 1", "metric must be a name or pattern"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = 3\nminimum = 1", "metric must be a name or pattern"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = 'x'\nminimum = nan", "minimum must be a finite number"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = 'x'\nmaximum = inf", "maximum must be a finite number"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = 'x'\nminimum = true", "minimum must be a finite number"),
            (b"schema_version = 1\n[[thresholds]]\nmetric = 'x'\nminimum = 'x'", "minimum must be a finite number"),
            (
                b"schema_version = 1\n[[thresholds]]\nmetric = 'x'\nminimum = 2\nmaximum = 1",
                "minimum 2 is above maximum 1",
            ),
            (b"schema_version = ", "is not valid TOML"),
            (b"\xff", "is not UTF-8 (byte 0xFF in line 1)"),
            (b"a = " + b"[" * 20_000, "is not valid TOML"),
        ],
    )
    def test_with_a_mistake_is_one_clear_line(self, tmp_path, content, message):
        path = tmp_path / "thresholds.toml"
        path.write_bytes(content)
        with pytest.raises(InputError) as error:
            read_thresholds(path)
        assert str(path) in str(error.value)
        assert message in str(error.value)

    def test_random_damage_never_gives_another_error(self, tmp_path):
        path = tmp_path / "thresholds.toml"
        data = b'schema_version = 1\n\n[[thresholds]]\nmethod = "adain*"\nmetric = "ssim"\nminimum = 0.25\n'
        generator = np.random.default_rng(0)
        for _ in range(300):
            damaged = bytearray(data)
            damaged[generator.integers(len(data))] = generator.integers(256)
            path.write_bytes(bytes(damaged))
            with contextlib.suppress(InputError):
                read_thresholds(path)

    def test_that_cannot_be_read_is_named(self, tmp_path):
        with pytest.raises(InputError, match="cannot read threshold file"):
            read_thresholds(tmp_path)
