"""Baseline files are small, exact enough, and keep loading."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmark.analysis.gate.baseline_file import SCHEMA_VERSION, read_baseline, write_baseline
from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.contracts.metric import Direction
from benchmark.errors import InputError
from benchmark.store.records import ScoreError, UnitStatus
from tests.analysis.conftest import LOSS, SSIM, change_unit, make_run, method

EXAMPLES = Path(__file__).parent / "baselines"
SCORES = {"a": {"ssim": [[0.123456789, 0.5], [0.25, 1e-9]], "loss": [[1.0, 2.0], [3.0, 4.0]]}}


@pytest.fixture
def baseline(tmp_path):
    path = tmp_path / "baseline.json"
    write_baseline(take_snapshot(make_run(SCORES, methods=(method("a", steps=3),))), path)
    return path


class TestWritten:
    def test_holds_what_makes_scores_comparable(self, baseline):
        value = json.loads(baseline.read_text())
        assert value["schema_version"] == SCHEMA_VERSION
        assert value["protocol"] == {"name": "numbers", "version": "1", "fingerprint": "0" * 64}
        assert value["metrics"]["loss"] == {
            "version": "1",
            "direction": "lower",
            "backbone": "vgg",
            "backbone_fingerprint": "f" * 64,
        }
        assert value["methods"]["a"]["settings"] == {"steps": 3}

    def test_rounds_to_what_matters(self, baseline):
        cases = json.loads(baseline.read_text())["methods"]["a"]["cases"]
        assert cases["c0--s0"] == {"status": "ok", "runtime": 20.0, "scores": {"ssim": 0.123457, "loss": 1.0}}
        assert cases["c1--s1"]["scores"]["ssim"] == 1e-9

    def test_has_one_line_per_case_for_readable_differences(self, baseline):
        lines = baseline.read_text().splitlines()
        assert sum('"status"' in line for line in lines) == 4

    def test_is_read_back(self, baseline):
        snapshot = read_baseline(baseline)
        assert snapshot.methods["a"].cases["c0--s1"].scores == {"ssim": 0.5, "loss": 2.0}
        assert snapshot.metrics["ssim"].direction is Direction.HIGHER

    def test_says_that_a_runtime_was_disturbed(self, tmp_path):
        run = change_unit(make_run(SCORES), "a", "c0--s0", disturbed=True)
        write_baseline(take_snapshot(run), tmp_path / "baseline.json")
        cases = json.loads((tmp_path / "baseline.json").read_text())["methods"]["a"]["cases"]
        assert cases["c0--s0"]["disturbed"] is True
        assert "disturbed" not in cases["c0--s1"]
        assert read_baseline(tmp_path / "baseline.json").methods["a"].cases["c0--s0"].disturbed

    def test_says_in_which_lower_precision_methods_computed(self, baseline, tmp_path):
        assert read_baseline(baseline).precision == "float32"
        assert "precision" not in json.loads(baseline.read_text()), "as earlier versions wrote it"
        run = make_run(SCORES)
        run = dataclasses.replace(run, provenance={**run.provenance, "precision": "bfloat16"})
        write_baseline(take_snapshot(run), tmp_path / "lower.json")
        assert read_baseline(tmp_path / "lower.json").precision == "bfloat16"

    def test_is_the_same_after_writing_it_again(self, baseline, tmp_path):
        write_baseline(read_baseline(baseline), tmp_path / "again.json")
        assert (tmp_path / "again.json").read_bytes() == baseline.read_bytes()

    def test_keeps_what_failed_apart_from_scores(self, tmp_path):
        run = change_unit(make_run(SCORES), "a", "c0--s0", status="failed", error="no paint", ssim=np.nan, loss=np.nan)
        run = change_unit(run, "a", "c0--s1", loss=np.nan)
        object.__setattr__(run, "score_errors", (ScoreError("a", "c0--s1", "loss", "no network"),))
        write_baseline(take_snapshot(run), tmp_path / "baseline.json")
        cases = read_baseline(tmp_path / "baseline.json").methods["a"].cases
        assert (cases["c0--s0"].status, cases["c0--s0"].error) == (UnitStatus.FAILED, "no paint")
        assert cases["c0--s1"].failed_scores == {"loss": "no network"}
        assert cases["c0--s1"].scores == {"ssim": 0.5}

    def test_leaves_metrics_out_that_could_not_be_computed(self, tmp_path):
        missing = type(LOSS)(**{**vars(LOSS), "unavailable": "no weights"})
        snapshot = take_snapshot(make_run({"a": {"ssim": [[1.0]]}}, metrics=(SSIM, missing)))
        assert list(snapshot.metrics) == ["ssim"]

    def test_refuses_a_run_without_scores(self, tmp_path):
        nothing = {"a": {"ssim": [[np.nan]], "loss": [[np.nan]]}}
        with pytest.raises(InputError, match="no scores"):
            write_baseline(take_snapshot(make_run(nothing)), tmp_path / "baseline.json")

    def test_keeps_which_durations_were_disturbed(self, tmp_path):
        run = make_run(SCORES)
        run = dataclasses.replace(run, units=run.units.assign(disturbed=[True, False, None, np.nan]))
        write_baseline(take_snapshot(run), tmp_path / "baseline.json")
        cases = read_baseline(tmp_path / "baseline.json").methods["a"].cases
        assert [case for case, result in cases.items() if result.disturbed] == ["c0--s0"]

    def test_keeps_a_runtime_of_zero(self, tmp_path):
        write_baseline(take_snapshot(make_run(SCORES, seconds=0.0)), tmp_path / "baseline.json")
        assert read_baseline(tmp_path / "baseline.json").methods["a"].cases["c0--s0"].runtime == 0.0

    def test_without_a_calibration_has_no_runtime(self):
        snapshot = take_snapshot(make_run(SCORES, calibration=None))
        assert snapshot.calibration == ""
        assert snapshot.methods["a"].cases["c0--s0"].runtime is None


RUNTIMES = {"version-1": 0.001401, "version-2": 0.002581, "version-3": 0.000183}


class TestExamples:
    def test_there_is_one_for_every_schema_version(self):
        found = {int(re.search(r"\d+", path.stem)[0]) for path in EXAMPLES.glob("version-*.json")}
        assert found == set(range(1, SCHEMA_VERSION + 1))

    @pytest.mark.parametrize("path", sorted(EXAMPLES.glob("version-*.json")), ids=lambda path: path.stem)
    def test_keeps_loading(self, path):
        snapshot = read_baseline(path)
        assert snapshot.protocol.name == "tiny"
        assert snapshot.metrics["brightness_difference"].direction is Direction.LOWER
        assert snapshot.cases["waves--warm"].content == "waves"
        assert snapshot.methods["blend"].settings["share"] == 0.75
        assert snapshot.methods["blend"].cases["waves--warm"].scores["brightness_difference"] == 0.0431705
        assert snapshot.methods["blend"].cases["waves--warm"].runtime == RUNTIMES[path.stem]
        assert snapshot.methods["blend"].cases["waves--warm+cold"].status is UnitStatus.SKIPPED

    def test_the_first_version_has_no_numbers_for_all_images_of_a_method(self):
        snapshot = read_baseline(EXAMPLES / "version-1.json")
        assert not any(method.set_scores for method in snapshot.methods.values())

    def test_the_second_version_has_them(self):
        result = read_baseline(EXAMPLES / "version-2.json").methods["noisy"].set_scores["brightness_gap"]
        assert (result.value, result.images, result.contents, result.styles) == (0.19482, 5, 2, 2)
        assert result.warning.startswith("from 5 stylized and 2 style images")

    @pytest.mark.parametrize("name", ["version-1", "version-2"])
    def test_earlier_versions_do_not_tell_how_far_a_run_repeats_itself(self, name):
        snapshot = read_baseline(EXAMPLES / f"{name}.json")
        assert snapshot.unknown_noise(snapshot) == "an earlier version wrote the baseline, which did not measure it"

    def test_the_third_version_is_of_two_runs_and_tells_how_far_they_differ(self):
        snapshot = read_baseline(EXAMPLES / "version-3.json")
        assert (snapshot.seeds, snapshot.repeats, snapshot.unknown_noise(snapshot)) == ((0, 1), 2, "")
        assert snapshot.methods["blend"].repeats_exactly
        noisy = snapshot.methods["noisy"]
        assert noisy.cases["waves--warm"].spreads == {"brightness_difference": 0.00144}
        assert noisy.mean_spreads == {"brightness_difference": 7.42e-06}
        assert noisy.set_scores["brightness_gap"].spread == 7.42e-06


def change(text: str, *keys: str, value: object) -> str:
    table = json.loads(text)
    place = table
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return json.dumps(table)


class TestDamaged:
    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
    def test_cut_off_is_one_clear_line(self, baseline, share):
        text = baseline.read_text()
        baseline.write_text(text[: int(len(text) * share)])
        with pytest.raises(InputError, match="is not JSON") as error:
            read_baseline(baseline)
        assert "\n" not in str(error.value)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"null",
            b"[]",
            b'"text"',
            b"3",
            b"{}",
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"schema_version": "1"}',
            b'{"schema_version": true}',
            b'{"schema_version": 0}',
            b'{"schema_version": 1}',
            b'{"schema_version": 2}',
            b'{"schema_version": 99999999999999999999999}',
        ],
    )
    def test_something_else_is_one_clear_line(self, tmp_path, content):
        path = tmp_path / "baseline.json"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"baseline\.json"):
            read_baseline(path)

    @pytest.mark.parametrize(
        ("keys", "value", "message"),
        [
            (("protocol",), None, "protocol"),
            (("protocol", "fingerprint"), 7, "protocol.fingerprint"),
            (("seed",), "many", "seed"),
            (("metrics", "ssim", "direction"), "sideways", "metrics.ssim.direction"),
            (("metrics",), [], "metrics"),
            (("metrics",), {}, "'ssim' that metrics does not list"),
            (("cases",), {}, "that cases does not list"),
            (("methods", "a", "cases", "c0--s0", "status"), "fine", "status"),
            (("methods", "a", "cases", "c0--s0", "scores"), {"ssim": "high"}, "scores"),
            (("methods", "a", "cases", "c0--s0", "scores"), {"ssim": None}, "scores"),
            (("methods", "a", "cases", "c0--s0", "runtime"), float("inf"), "baseline.json"),
            (("methods", "a", "cases", "c0--s0"), [], "c0--s0"),
            (("methods", "a", "cases", "c0--s0", "spreads"), {"ssim": -1.0}, "spread of 'ssim'"),
            (("methods", "a", "cases", "c0--s0", "spreads"), {"other": 1.0}, "spread of 'other'"),
            (("methods", "a", "mean_spreads"), {"other": 1.0}, "'other' that metrics does not list"),
            (("seeds",), ["many"], "seeds"),
            (("methods", "a"), 3, "methods.a"),
        ],
    )
    def test_a_wrong_value_is_named(self, baseline, keys, value, message):
        baseline.write_text(change(baseline.read_text(), *keys, value=value))
        with pytest.raises(InputError, match=r"baseline\.json is damaged") as error:
            read_baseline(baseline)
        assert message in str(error.value)

    def test_a_number_too_large_is_named(self, baseline):
        baseline.write_text(baseline.read_text().replace("0.123457", "1e999"))
        with pytest.raises(InputError, match="is damaged"):
            read_baseline(baseline)

    def test_a_later_version_asks_for_a_newer_package(self, baseline):
        baseline.write_text(change(baseline.read_text(), "schema_version", value=SCHEMA_VERSION + 1))
        with pytest.raises(InputError, match="install a newer"):
            read_baseline(baseline)

    def test_every_deleted_key_is_one_clear_line_or_harmless(self, baseline):
        text = baseline.read_text()
        for key in json.loads(text):
            table = json.loads(text)
            del table[key]
            baseline.write_text(json.dumps(table))
            with pytest.raises(InputError):
                read_baseline(baseline)

    def test_random_damage_never_gives_another_error(self, baseline):
        data = baseline.read_bytes()
        generator = np.random.default_rng(0)
        for _ in range(300):
            damaged = bytearray(data)
            for position in generator.integers(len(data), size=3):
                damaged[position] = generator.integers(256)
            baseline.write_bytes(bytes(damaged))
            with contextlib.suppress(InputError):
                read_baseline(baseline)

    @pytest.mark.parametrize("name", ["nowhere.json", "."])
    def test_a_file_that_cannot_be_read_is_named(self, tmp_path, name):
        with pytest.raises(InputError, match="cannot read baseline"):
            read_baseline(tmp_path / name)
