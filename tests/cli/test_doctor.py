"""``benchmark doctor``: what it finds of this machine, the plugins, and the folder of a run."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from tests.cli.conftest import NO_DEFAULT


class TestDoctor:
    @pytest.fixture
    def arguments(self, sample_plugins, tmp_path):
        given = ("--protocol", "tiny", "--methods", "identity", "--metrics", "sometimes_fails", "--no-report")
        return ("run", *given, "--out", tmp_path / "run")

    @pytest.fixture
    def run(self, command, arguments, tmp_path):
        assert command(*arguments).code == 0
        return tmp_path / "run"

    def test_finds_a_sound_run_sound(self, command, run):
        result = command("doctor", run)
        assert result.code == 0
        assert "all is well" in result.out

    @pytest.mark.parametrize("limit", ["1", "5"])
    def test_finds_nothing_but_the_failures_of_a_run_with_failed_and_skipped_units(
        self, command, sample_plugins, tmp_path, limit
    ):
        arguments = ("--protocol", "tiny", "--methods", "raises,blend", "--metrics", "brightness_gap,sometimes_fails")
        assert command("run", *arguments, "--no-report", "--limit", limit, "--out", tmp_path / "run").code == 4
        result = command("doctor", tmp_path / "run")
        problems = [line for line in result.out.splitlines() if line.startswith("problem")]
        assert problems[-1] == "problem  status incomplete; the same command goes on"
        assert all("RuntimeError: the paint has run out" in line for line in problems[:-1])

    def test_finds_nothing_but_what_is_left_of_a_run_that_was_stopped(self, command, arguments, tmp_path, monkeypatch):
        def stop(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("benchmark.execution.run._start_executor", stop)
        assert command(*arguments).code == 130
        problems = [line for line in command("doctor", tmp_path / "run").out.splitlines() if "problem  " in line]
        assert problems == [
            "problem  not finished: 5 of 5 units; the same command goes on",
            "problem  status incomplete; the same command goes on",
        ]

    def test_finds_a_changed_and_a_lost_image(self, command, run):
        first, second = sorted((run / "images" / "identity").iterdir())[:2]
        first.write_bytes(first.read_bytes()[:100])
        second.unlink()
        result = command("doctor", run)
        assert result.code == 2
        assert f"{first.name} has changed" in result.out
        assert f"{second.name} is missing" in result.out

    def test_notes_a_damaged_line_that_no_unit_lacks(self, command, run):
        """As after a run with a damaged line has been continued: it stays, and the unit has a new one."""
        journal = run / "journal.jsonl"
        first, *others = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join([first.replace('"status"', '"stat'), *others, first]))
        result = command("doctor", run)
        assert "note     journal.jsonl line 1 is damaged" in result.out
        assert (result.code, "all is well" in result.out) == (0, True)

    @pytest.mark.parametrize("line", ['{"superseded": {"ssim": ', "{damaged"])
    def test_finds_a_damaged_line_that_may_have_said_that_scores_do_not_count(self, command, run, line):
        with (run / "journal.jsonl").open("a") as file:
            file.write(f"{line}\n")
        result = command("doctor", run)
        assert result.code == 2
        assert "problem  journal.jsonl line 6 is damaged" in result.out
        assert "the same command with --fresh makes the run anew" in " ".join(result.out.split())

    def test_finds_a_damaged_line_and_the_unit_that_lacks_it(self, command, run):
        journal = run / "journal.jsonl"
        journal.write_text(journal.read_text().replace('"status"', '"stat', 1))
        result = command("doctor", run)
        assert result.code == 2
        assert "problem  journal.jsonl line 1 is damaged" in result.out
        assert "problem  not finished: 1 of 5 units; the same command goes on" in result.out

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("journal.jsonl", "journal.jsonl is missing"),
            ("results.parquet", "results.parquet is missing; the same command writes it again"),
            ("summary.json", "summary.json is missing; the same command writes it again"),
            ("inputs/styles/warm.png", "inputs/styles/warm.png missing of 4 inputs"),
            ("inputs", "inputs/contents/waves.png and 3 more missing of 4 inputs"),
        ],
    )
    def test_finds_what_was_removed_and_the_same_command_mends_it(self, command, run, arguments, name, reason):
        shutil.rmtree(run / name) if (run / name).is_dir() else (run / name).unlink()
        self.assert_found_and_mended(command, run, arguments, reason)

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("results.parquet", bytes(range(256)) * 40, "results.parquet is damaged"),
            ("summary.json", b"{", "summary.json is damaged"),
            ("summary.json", b'{"rows": [{}]}', "summary.json is damaged"),
        ],
    )
    def test_finds_what_was_overwritten_and_the_same_command_mends_it(
        self, command, run, arguments, name, content, reason
    ):
        (run / name).write_bytes(content)
        self.assert_found_and_mended(command, run, arguments, reason)

    def test_finds_results_that_are_not_those_of_the_journal(self, command, run, arguments):
        table = pd.read_parquet(run / "results.parquet")
        table.assign(sometimes_fails=0.5).to_parquet(run / "results.parquet")
        self.assert_found_and_mended(command, run, arguments, "results.parquet does not hold what the journal says")

    def test_finds_a_run_unfinished_that_was_stopped(self, command, run):
        manifest = json.loads((run / "run.json").read_text())
        for status in ("running", "incomplete"):
            (run / "run.json").write_text(json.dumps({**manifest, "status": status}))
            result = command("doctor", run)
            assert result.code == 2
            assert f"problem  status {status}; the same command goes on" in result.out

    @pytest.mark.parametrize("part", [{"calibration": 3}, {"cases": {}}, {"status": "great"}, {"contents": [{}]}])
    def test_finds_a_manifest_damaged_in_any_part(self, command, run, part):
        manifest = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**manifest, **part}))
        result = command("doctor", run)
        assert result.code == 2
        assert "run.json is damaged" in result.error_lines[0]

    def test_notes_units_that_a_smaller_limit_left_out(self, command, run, arguments):
        command(*arguments, "--limit", "2")
        result = command("doctor", run)
        assert result.code == 0
        assert "note     the journal keeps 3 units that the run does not ask for" in result.out

    def test_warns_of_fresh_where_the_run_was_started_with_it(self, command, run):
        manifest = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**manifest, "command": ["benchmark", "run", "--fresh"]}))
        (run / "summary.json").unlink()
        assert "the same command without --fresh writes it again" in command("doctor", run).out

    def assert_found_and_mended(self, command, run, arguments, reason):
        result = command("doctor", run)
        assert result.code == 2
        assert f"problem  {reason}" in result.out
        assert command(*arguments).code == 0
        assert "all is well" in command("doctor", run).out

    def test_says_that_a_folder_is_no_run(self, command, tmp_path):
        result = command("doctor", tmp_path)
        assert result.code == 2
        assert "is not a run" in result.error_lines[0]

    def test_finds_this_installation_sound(self, command):
        result = command("doctor")
        assert "ok       protocol mini: 8 images are the pinned ones" in result.out
        assert "ok       protocol wikiart: a recipe" in result.out
        assert "ok       model vgg19-embedded" in result.out
        assert "all is well" in result.out
        assert result.code == 0

    def test_finds_a_broken_plugin(self, command, sample_plugins):
        out = command("doctor").out
        assert "problem  method broken of sample-plugins cannot be imported" in out
        assert f"problem  {NO_DEFAULT}" in out
