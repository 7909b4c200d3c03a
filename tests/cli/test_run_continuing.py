"""A run that was stopped, killed or changed goes on, or says why it cannot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import pandas as pd
import pytest

from benchmark.analysis.loading import load_records
from tests.cli.conftest import TINY, scores


class TestContinuing:
    def test_a_finished_run_recomputes_nothing(self, tiny, tmp_path, monkeypatch):
        count = tmp_path / "count"
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(count))
        tiny("blend")
        before = count.read_text()
        assert tiny("blend").code == 0
        assert count.read_text() == before

    def test_a_continued_run_keeps_when_it_was_started(self, tiny, tmp_path):
        tiny("noisy")
        path = tmp_path / "run" / "run.json"
        path.write_text(path.read_text().replace(json.loads(path.read_text())["started"], "2001-01-01T00:00:00+00:00"))
        tiny("noisy")
        assert json.loads(path.read_text())["started"] == "2001-01-01T00:00:00+00:00"

    def test_a_run_of_an_earlier_version_goes_on(self, tiny, tmp_path):
        """Earlier versions described the cases of a run one by one."""
        tiny("noisy")
        undisturbed = scores(tmp_path / "run")
        tiny("noisy", "--fresh", "--limit", "2")
        path = tmp_path / "run" / "run.json"
        cases = [asdict(case) for case in load_records(tmp_path / "run").cases]
        path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 1, "cases": cases}))
        assert "continuing: 2 of 5 units" in tiny("noisy").err
        pd.testing.assert_frame_equal(scores(tmp_path / "run"), undisturbed)

    def test_fresh_starts_over(self, tiny, tmp_path, monkeypatch):
        count = tmp_path / "count"
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(count))
        tiny("blend")
        before = len(count.read_text().splitlines())
        tiny("blend", "--fresh")
        assert len(count.read_text().splitlines()) == 2 * before

    def test_a_lost_image_is_made_again(self, tiny, tmp_path):
        tiny("noisy")
        image = tmp_path / "run" / "images" / "noisy" / "waves--warm.png"
        data = image.read_bytes()
        image.unlink()
        assert tiny("noisy").code == 0
        assert image.read_bytes() == data

    def test_an_altered_image_is_made_again(self, tiny, tmp_path):
        tiny("noisy")
        image = tmp_path / "run" / "images" / "noisy" / "waves--warm.png"
        data = image.read_bytes()
        image.write_bytes(data[:-40])
        assert tiny("noisy").code == 0
        assert image.read_bytes() == data

    def test_a_start_that_was_killed_in_its_first_instant_goes_on(self, tiny, tmp_path):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / ".run.json.k3x.tmp").write_text("{")
        assert tiny("identity").code == 0

    def test_clearing_that_was_cut_off_goes_on(self, tiny, tmp_path):
        tiny("identity")
        (tmp_path / "run" / "journal.jsonl").unlink()
        assert tiny("identity", "--fresh").code == 0
        assert len(scores(tmp_path / "run")) == 5

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": 1}'])
    def test_a_damaged_manifest_is_one_clear_line_that_says_what_to_do(self, tiny, command, tmp_path, content):
        tiny("identity", "--limit", "1")
        (tmp_path / "run" / "run.json").write_text(content)
        for result in (tiny("identity", "--limit", "1"), command("doctor", tmp_path / "run")):
            assert result.code == 2
            (line,) = result.error_lines
            assert "run.json is damaged" in line
            assert line.endswith("start anew with the same command and --fresh")
        assert tiny("identity", "--limit", "1", "--fresh").code == 0

    @pytest.mark.parametrize(
        ("arguments", "difference"),
        [
            (("--seed", "7"), "seed 0 there, 7 here"),
            (("--methods", "blend", "--set", "blend.share=0.25"), "blend.share 0.75 there, 0.25 here"),
            (("--protocol", "other"), "protocol tiny ("),
        ],
    )
    def test_refuses_another_run(self, tiny, tmp_path, arguments, difference):
        tiny("noisy,blend")
        result = tiny("noisy", *arguments)
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert difference in result.error_lines[0]
        assert "--fresh" in result.error_lines[0]
        assert len(scores(tmp_path / "run")) == 10

    def test_a_method_that_is_added_is_run_and_the_others_are_not_run_again(self, tiny, tmp_path):
        assert tiny("noisy,identity", "--limit", "3").code == 0
        before = (tmp_path / "run" / "journal.jsonl").read_text()

        assert tiny("blend,identity,noisy", "--limit", "3").code == 0

        after = (tmp_path / "run" / "journal.jsonl").read_text()
        assert after.startswith(before)
        assert [json.loads(line)["method"] for line in after[len(before) :].splitlines()] == ["blend"] * 3
        together = scores(tmp_path / "run").set_index(["method", "case"]).sort_index()
        assert tiny("blend,identity,noisy", "--limit", "3", "--fresh").code == 0
        fresh = scores(tmp_path / "run").set_index(["method", "case"]).sort_index()
        pd.testing.assert_frame_equal(together, fresh)

    def test_methods_that_are_not_named_stay_and_are_not_run(self, tiny, tmp_path):
        assert tiny("noisy", "--limit", "3").code == 0
        before = (tmp_path / "run" / "journal.jsonl").read_text()

        assert tiny("identity", "--limit", "3").code == 0

        after = (tmp_path / "run" / "journal.jsonl").read_text()
        assert after.startswith(before)
        assert [json.loads(line)["method"] for line in after[len(before) :].splitlines()] == ["identity"] * 3
        together = scores(tmp_path / "run")
        assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "complete"
        assert tiny("noisy,identity", "--limit", "3", "--fresh").code == 0
        pd.testing.assert_frame_equal(together, scores(tmp_path / "run"))

    def test_units_of_methods_that_are_not_named_are_left_alone_and_counted(self, tiny, tmp_path):
        assert tiny("noisy,raises", "--limit", "2").code == 4

        result = tiny("identity")

        assert result.code == 0, "what failed before is no failure of this command"
        assert "left alone: 3 units of noisy without a picture" in result.err
        assert "left alone: 5 units of raises without a picture" in result.err
        assert f"{tmp_path / 'run'}: 15 units: 7 ok, 2 failed, 6 left" in result.out
        assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "incomplete"

    def test_a_picture_of_a_method_that_is_not_named_is_not_made_again(self, tiny, tmp_path):
        tiny("noisy")
        image = tmp_path / "run" / "images" / "noisy" / "waves--warm.png"
        image.unlink()

        result = tiny("identity")

        assert not image.exists()
        assert "left alone: 1 unit of noisy without a picture, 1 of them missing or changed since" in result.err
        assert ": 10 units: 9 ok, 1 left" in result.out
        assert tiny("noisy").code == 0
        assert image.exists()

    def test_refuses_a_folder_of_something_else(self, tiny, tmp_path):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "thesis.txt").write_text("do not touch")
        for arguments in ((), ("--fresh",)):
            result = tiny("noisy", *arguments)
            assert result.code == 2
            assert "holds no run" in result.error_lines[0]
        assert (tmp_path / "run" / "thesis.txt").read_text() == "do not touch"

    def test_a_killed_run_goes_on_and_ends_like_an_undisturbed_one(self, tiny, command, sample_plugins, tmp_path):
        arguments = [*TINY, "--methods", "blend,noisy,identity", "--out", str(tmp_path / "run")]
        environment = {**os.environ, "PYTHONPATH": str(sample_plugins)}
        journal = tmp_path / "run" / "journal.jsonl"
        for wanted in (2, 9):
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmark", *arguments],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            deadline = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < deadline:
                if journal.exists() and journal.read_bytes().count(b"\n") >= wanted:
                    process.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.001)
            process.wait()
        with journal.open("ab") as file:
            file.write(b'{"method": "identity", "case": "waves--wa')
        finished = journal.read_bytes().count(b"\n")
        result = tiny("blend,noisy,identity")
        assert result.code == 0
        if finished < 15:
            assert f"continuing: {finished} of 15" in result.err
        command(*TINY, "--methods", "blend,noisy,identity", "--out", tmp_path / "undisturbed")
        pd.testing.assert_frame_equal(scores(tmp_path / "run"), scores(tmp_path / "undisturbed"))
        for path in (tmp_path / "undisturbed" / "images").rglob("*.png"):
            assert path.read_bytes() == (tmp_path / "run" / path.relative_to(tmp_path / "undisturbed")).read_bytes()


class TestTheCommandThatGoesOn:
    """It must never be one that deletes what is finished."""

    @pytest.fixture
    def given(self, tiny, tmp_path, monkeypatch):
        arguments = ["run", "--fresh", "--methods", "identity", "--out", str(tmp_path / "run")]
        monkeypatch.setattr("sys.argv", ["benchmark", *arguments])
        return f": benchmark run --methods identity --out {tmp_path / 'run'}"

    def test_is_named_without_fresh_when_a_run_is_interrupted(self, tiny, tmp_path, monkeypatch, given):
        def stop(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("benchmark.execution.run._start_executor", stop)
        result = tiny("identity", "--fresh")
        assert result.code == 130
        assert f"{tmp_path / 'run'}: 5 units: 5 left" in result.out
        assert f"the same command without --fresh goes on{given}" in result.err
        (warning,) = load_records(tmp_path / "run").warnings
        assert warning.endswith("the command that started the run continues it without --fresh")

    def test_is_named_without_fresh_when_units_failed(self, tiny, given):
        result = tiny("raises", "--fresh")
        assert result.code == 4
        assert f"the same command without --fresh tries them again{given}" in result.err
