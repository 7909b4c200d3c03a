"""``benchmark check-run`` and ``benchmark leaderboard``: what is fit for a site of many runs, and what it gets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import benchmark
from tests.runs_of_one_protocol import CONTROLS, installed_sample_plugins

METRICS = ["brightness_difference", "brightness_gap"]


def run_tiny(path: Path, methods: list[str], **options) -> Path:
    benchmark.run("tiny", methods=methods, metrics=METRICS, out=path, report=False, threads=1, **options)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with installed_sample_plugins():
        return run_tiny(tmp_path_factory.mktemp("made") / "run", [*CONTROLS, "blend"])


@pytest.fixture
def run(made, sample_plugins, tmp_path):
    """A copy, which a test may change."""
    return Path(shutil.copytree(made, tmp_path / "submissions" / "alice"))


def edit(path: Path, change) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def another_seed(run: Path, name: str) -> Path:
    other = Path(shutil.copytree(run, run.with_name(name)))
    edit(other / "run.json", lambda value: value.update(started="2026-01-01T00:00:00+00:00"))
    return other


class TestCheckRun:
    def test_finds_a_finished_run_fit(self, command, run):
        result = command("check-run", run)
        assert (result.code, result.out) == (0, "all is well\n")

    def test_says_in_a_line_each_what_is_wrong_with_which_run(self, command, run):
        bob = another_seed(run, "bob")
        picture = sorted((bob / "images" / "blend").iterdir())[0]
        picture.write_bytes(picture.read_bytes() + b"x")
        (bob / "results.parquet").unlink()
        result = command("check-run", run.parent)
        assert result.code == 1
        lines = result.out.splitlines()
        assert [line.startswith(f"{bob}: ") for line in lines] == [True, True, False]
        assert f"images/blend/{picture.name} has changed" in lines[0]
        assert "results.parquet is missing" in lines[1]
        assert lines[2] == "1 of 2 runs unfit"

    def test_refuses_a_damaged_journal(self, command, run):
        journal = run / "journal.jsonl"
        journal.write_text(journal.read_text().replace('"status"', '"stat', 1))
        result = command("check-run", run)
        assert result.code == 1
        assert "journal.jsonl line 1 is damaged" in result.out

    def test_refuses_what_is_no_run_without_looking_away_from_others(self, command, run):
        (run.parent / "bob").mkdir()
        (run.parent / "bob" / "run.json").write_text("{")
        result = command("check-run", run, run.parent / "bob")
        assert result.code == 1
        assert "run.json is damaged" in result.out
        assert "1 of 2 runs unfit" in result.out

    def test_refuses_a_protocol_that_is_not_known(self, command, run):
        result = command("check-run", run, "--protocol", "other")
        assert result.code == 1
        assert "is of no known protocol (other 1)" in result.out
        assert command("check-run", run, "--protocol", "other", "--protocol", "tiny").code == 0

    def test_refuses_a_run_of_some_cases_only(self, command, sample_plugins, tmp_path):
        run_tiny(tmp_path / "run", ["blend"], limit=2)
        result = command("check-run", tmp_path / "run")
        assert result.code == 1
        assert "lacks 3 of 5 cases of tiny; run it without --limit" in result.out

    def test_refuses_failed_units(self, command, sample_plugins, tmp_path):
        run_tiny(tmp_path / "run", ["blend", "raises"])
        result = command("check-run", tmp_path / "run")
        assert result.code == 1
        assert "raises" in result.out

    @pytest.mark.parametrize("fact", ["mean", "high", "n"])
    def test_refuses_a_summary_that_does_not_follow_from_the_journal(self, command, run, fact):
        def better(value):
            row = next(row for row in value["rows"] if row["metric"] == "brightness_difference" and row[fact])
            row[fact] *= 2

        edit(run / "summary.json", better)
        result = command("check-run", run)
        assert result.code == 1
        assert "summary.json does not follow from the journal: brightness_difference of" in result.out

    def test_refuses_a_summary_with_a_row_too_few(self, command, run):
        edit(run / "summary.json", lambda value: value["rows"].pop(0))
        assert command("check-run", run).code == 1

    def test_says_where_no_run_is(self, command, sample_plugins, tmp_path):
        result = command("check-run", tmp_path)
        assert result.code == 2
        assert "holds no run" in result.error_lines[0]


class TestLeaderboard:
    def test_shows_all_runs_of_a_folder(self, command, run, tmp_path):
        another_seed(run, "bob")
        result = command("leaderboard", run.parent, "-o", tmp_path / "site")
        assert (result.code, result.out) == (0, f"{tmp_path / 'site' / 'index.html'}: 2 runs\n")
        page = (tmp_path / "site" / "index.html").read_text()
        assert ">alice<" in page
        assert ">bob<" in page
        assert len(list((tmp_path / "site" / "runs").iterdir())) == 2

    def test_names_an_unfit_run_and_leaves_it_out(self, command, run, tmp_path):
        bob = another_seed(run, "bob")
        (bob / "journal.jsonl").unlink()
        result = command("leaderboard", run, bob, "-o", tmp_path / "site")
        assert result.code == 1
        assert f"left out: {bob}: journal.jsonl is missing" in result.err
        assert ">bob<" not in (tmp_path / "site" / "index.html").read_text()

    def test_writes_nothing_where_no_run_is_fit(self, command, run, tmp_path):
        (run / "summary.json").unlink()
        result = command("leaderboard", run, "-o", tmp_path / "site")
        assert result.code == 2
        assert "no run is fit for the site" in result.error_lines[0]
        assert not (tmp_path / "site").exists()

    def test_does_not_write_into_a_run(self, command, run):
        before = sorted(run.iterdir())
        result = command("leaderboard", run, "-o", run)
        assert result.code == 2
        assert "it is read; name another folder" in result.error_lines[0]
        assert sorted(run.iterdir()) == before

    def test_copies_no_page_of_a_run(self, command, run, tmp_path):
        (run / "report").mkdir()
        (run / "report" / "index.html").write_text("<script>alert(1)</script>")
        assert command("leaderboard", run, "-o", tmp_path / "site").code == 0
        assert "alert(1)" not in "".join(path.read_text() for path in (tmp_path / "site").rglob("*.html"))

    def test_is_one_report_among_others(self, command, run, tmp_path):
        result = command("report", run, "--format", "leaderboard", "-o", tmp_path / "site")
        assert result.code == 0
        assert (tmp_path / "site" / "index.html").is_file()
