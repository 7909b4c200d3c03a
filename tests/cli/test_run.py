"""``benchmark run``, through the command line, on methods without networks."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import TINY, scores

UNIT_COLUMNS = (
    *("method", "case", "content", "style", "prompt", "seed", "status", "error"),
    *("seconds", "cpu_seconds", "disturbed", "peak_memory_bytes", "image"),
)


class TestACompleteRun:
    def test_leaves_the_files_of_the_design(self, tiny, tmp_path):
        assert tiny("blend,identity").code == 0
        run = tmp_path / "run"
        manifest = json.loads((run / "run.json").read_text())
        assert manifest["schema_version"] == 2
        assert manifest["status"] == "complete"
        assert set(manifest["protocol"]) >= {"name", "version", "fingerprint"}
        assert [method["name"] for method in manifest["methods"]] == ["blend", "identity"]
        assert manifest["methods"][0]["settings"]["share"] == 0.75, "the protocol's setting counts, not the default"
        assert manifest["methods"][0]["origins"] == {"share": "protocol"}
        assert (run / "images" / "blend" / "hills--cold.png").is_file()
        assert len((run / "journal.jsonl").read_text().splitlines()) == 10

    def test_explains_its_table_in_one_line_however_narrow_that_is(self, tiny):
        printed = tiny("blend", "--limit", "1").out.splitlines()
        assert (
            "mean over cases answered; dim: a control; (…): circular, the method optimised the metric's network; "
            "*: too few images; ~: disturbed by other processes"
        ) in printed
        assert any(line.endswith(": 1 unit: 1 ok") for line in printed)

    def test_says_how_many_cases_were_answered_where_methods_answered_different_ones(self, tiny, tmp_path):
        # Blend does not take the mix.
        (row,) = (line for line in tiny("blend,noisy").out.splitlines() if line.startswith("│ cases answered"))
        label, *counts = (cell.strip() for cell in row.strip("│").split("│"))
        assert label == "cases answered (they differ: means do not compare)"
        assert counts == ["4", "5"]
        assert "│ cases answered" not in tiny("noisy,identity", "--fresh").out

    def test_notes_which_settings_the_user_gave(self, tiny, tmp_path):
        assert tiny("blend", "--set", "blend.share=0.5", "--limit", "1").code == 0
        (method,) = json.loads((tmp_path / "run" / "run.json").read_text())["methods"]
        assert method["settings"]["share"] == 0.5
        assert method["origins"] == {"share": "user"}

    def test_has_one_row_per_unit_and_one_column_per_metric(self, tiny, tmp_path):
        tiny("blend,identity")
        table = pd.read_parquet(tmp_path / "run" / "results.parquet")
        assert list(table.columns) == [*UNIT_COLUMNS, "brightness_difference", "sometimes_fails"]
        assert len(table) == 10
        done = table[table.status == "ok"]
        assert (done.seconds > 0).all()
        assert (done.peak_memory_bytes >= 0).all()

    def test_scores_what_was_saved(self, tiny, tmp_path):
        from benchmark.images import open_image, to_tensor

        tiny("blend")
        row = scores(tmp_path / "run").query("case == 'waves--warm'").iloc[0]
        saved = to_tensor(open_image(tmp_path / "run" / row.image))
        style = to_tensor(open_image(tmp_path / "run" / "inputs" / "styles" / "warm.png"))
        assert row.brightness_difference == pytest.approx(abs(float(saved.mean() - style.mean())), abs=1e-6)

    def test_scores_a_mix_by_the_weights_of_its_styles(self, tiny, tmp_path):
        tiny("noisy")
        from benchmark.images import open_image, to_tensor

        row = scores(tmp_path / "run").query("case == 'waves--warm+cold'").iloc[0]
        brightness = float(to_tensor(open_image(tmp_path / "run" / row.image)).mean())
        inputs = tmp_path / "run" / "inputs" / "styles"
        warm, cold = (float(to_tensor(open_image(inputs / f"{name}.png")).mean()) for name in ("warm", "cold"))
        expected = 0.75 * abs(brightness - warm) + 0.25 * abs(brightness - cold)
        assert row.brightness_difference == pytest.approx(expected, abs=1e-6)

    def test_takes_a_method_that_is_named_twice_once(self, tiny, tmp_path):
        assert tiny("identity, identity").code == 0
        assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "complete"

    def test_skips_with_a_reason(self, tiny, tmp_path):
        tiny("blend")
        skipped = scores(tmp_path / "run").query("status == 'skipped'")
        assert list(skipped.error) == ["takes at most 1 style, the case has 2"]

    def test_keeps_the_output_of_plugins_in_a_log_of_the_method(self, tiny, tmp_path):
        result = tiny("noisy")
        assert "a plugin that prints" not in result.out + result.err
        log = (tmp_path / "run" / "logs" / "noisy.log").read_text()
        assert log.count("a plugin that prints") == 6
        assert "[hills--cold]\na plugin that prints to standard output\n" in log

    def test_shows_plain_progress_lines_with_the_time_left(self, tiny):
        assert "[3/5] noisy hills--warm ok" in tiny("noisy").err

    def test_summarizes_with_intervals_and_controls(self, tiny, tmp_path):
        tiny("blend,identity")
        summary = json.loads((tmp_path / "run" / "summary.json").read_text())
        row = next(r for r in summary["rows"] if (r["method"], r["metric"]) == ("identity", "brightness_difference"))
        assert row["control"]
        assert row["direction"] == "lower"
        assert row["n"] == 5
        assert row["low"] <= row["mean"] <= row["high"]

    def test_takes_only_the_first_cases_with_limit_and_the_rest_later(self, tiny, tmp_path):
        tiny("identity", "--limit", "2")
        assert len(scores(tmp_path / "run")) == 2
        assert "continuing: 2 of 5 units are finished" in tiny("identity").err
        assert len(scores(tmp_path / "run")) == 5

    def test_says_how_many_finished_units_a_smaller_limit_leaves_out_of_the_results(self, tiny, tmp_path):
        tiny("identity,blend")
        result = tiny("identity,blend", "--limit", "2")
        assert "--limit leaves 6 finished units out of the results; the journal keeps them" in result.err
        assert result.code == 0
        assert len(scores(tmp_path / "run")) == 4

        result = tiny("identity,blend")
        assert "continuing: 10 of 10 units are finished" in result.err
        assert "out of the results" not in result.err
        assert len(scores(tmp_path / "run")) == 10


class TestSeeds:
    def test_same_seed_gives_the_same_image_bytes(self, command, sample_plugins, tmp_path):
        for name in ("a", "b"):
            command(*TINY, "--methods", "noisy", "--out", tmp_path / name)
        images = sorted((tmp_path / "a" / "images").rglob("*.png"))
        assert len(images) == 5
        assert all(
            path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes() for path in images
        )

    def test_another_seed_gives_another_image(self, command, sample_plugins, tmp_path):
        for seed in ("0", "1"):
            command(*TINY, "--methods", "noisy", "--out", tmp_path / seed, "--seed", seed)
        name = Path("images") / "noisy" / "waves--warm.png"
        assert (tmp_path / "0" / name).read_bytes() != (tmp_path / "1" / name).read_bytes()

    def test_a_unit_does_not_depend_on_what_ran_before_it(self, command, sample_plugins, tmp_path):
        command(*TINY, "--methods", "noisy", "--out", tmp_path / "alone")
        command(*TINY, "--methods", "identity,noisy", "--out", tmp_path / "after")
        name = Path("images") / "noisy" / "hills--cold.png"
        assert (tmp_path / "alone" / name).read_bytes() == (tmp_path / "after" / name).read_bytes()


class TestFailures:
    @pytest.mark.parametrize(
        ("method", "reason"),
        [
            ("raises", "RuntimeError: the paint has run out"),
            ("unprepared", "OSError: no brushes"),
            ("returns_nan", "returned 3072 pixel values that are NaN or infinite"),
            ("returns_wrong_shape", "returned an image of shape 3×31×32, the content is 3×32×32"),
            ("returns_out_of_range", "outside 0 … 1"),
            ("returns_nothing", "returned NoneType, not a tensor"),
            ("broken", "cannot be imported: ModuleNotFoundError"),
            ("no_default", "method no_default of sample-plugins cannot be used: setting strength has no default"),
            ("impossible_default", "its default settings cannot be made: ValueError: levels must be at least 1"),
            ("exits", "SystemExit: 0"),
            ("interrupts", "KeyboardInterrupt"),
            ("surrogate_error", "ValueError: no such file: \\xe9.png"),
        ],
    )
    def test_cost_only_the_methods_own_units(self, tiny, tmp_path, method, reason):
        result = tiny(f"{method},identity")
        assert result.code == 4
        table = scores(tmp_path / "run")
        assert table[table.method == "identity"].status.eq("ok").all()
        failed = table[(table.method == method) & (table.status == "failed")]
        assert len(failed) >= 4
        assert failed.error.str.contains(reason, regex=False).all()
        assert "Traceback" not in result.err
        assert "Traceback" in (tmp_path / "run" / "logs" / f"{method}.log").read_text()

    def test_leave_a_log_that_grows_only_with_their_number(self, tiny, tmp_path):
        tiny("unprepared")
        log = (tmp_path / "run" / "logs" / "unprepared.log").read_text()
        entries = log.split("Traceback")[1:]
        assert len(entries) == 5
        assert all("in prepare" in entry for entry in entries)
        assert len({entry.count("\n  File") for entry in entries[1:]}) == 1

    def test_are_tried_again_by_the_same_command(self, tiny, tmp_path):
        tiny("raises,identity")
        assert "continuing: 6 of 10" in tiny("raises,identity").err

    def test_of_a_metric_leave_the_other_scores_and_are_made_good_without_stylizing_again(
        self, tiny, tmp_path, monkeypatch
    ):
        count = tmp_path / "count"
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(count))
        monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail")
        result = tiny("blend")
        assert result.code == 4
        assert "sometimes_fails failed: ValueError: no score today" in result.err
        table = scores(tmp_path / "run")
        assert table[table.status == "ok"].brightness_difference.notna().all()
        assert table.sometimes_fails.isna().all()
        stylized = len(count.read_text().splitlines())
        monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
        assert tiny("blend").code == 0
        assert scores(tmp_path / "run").query("status == 'ok'").sometimes_fails.eq(1).all()
        assert len(count.read_text().splitlines()) == stylized
