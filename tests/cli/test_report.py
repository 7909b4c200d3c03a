"""``benchmark report``, and the report at the end of a run."""

from __future__ import annotations

import shutil

import pytest

RUN = ("run", "--protocol", "tiny", "--metrics", "brightness_difference")


@pytest.fixture
def run(command, sample_plugins, tmp_path):
    path = tmp_path / "run"
    result = command(*RUN, "--methods", "blend,identity,raises", "--out", path)
    assert result.code == 4
    assert f"report: {path / 'report' / 'index.html'}" in result.out.replace("\n", "")
    return path


def test_a_run_ends_with_a_report(run):
    page = (run / "report" / "index.html").read_text(encoding="utf-8")
    assert "the paint has run out" in page
    assert "brightness_difference" in page or "Brightness difference" in page


def test_a_report_can_be_written_anew(command, run):
    shutil.rmtree(run / "report")
    result = command("report", run)
    assert result.code == 0
    assert (run / "report" / "index.html").is_file()


def test_several_runs_go_into_one_report(command, run, tmp_path):
    out = tmp_path / "together"
    command(*RUN, "--methods", "noisy", "--out", tmp_path / "second", "--no-report")
    assert command("report", run, tmp_path / "second", "-o", out).code == 0
    assert (out / "index.html").is_file()


def test_a_folder_that_is_no_run_is_one_clear_line(command, tmp_path):
    result = command("report", tmp_path)
    assert result.code == 2
    assert "is not a run" in result.error_lines[0]


def test_an_unknown_format_is_suggested(command, run):
    result = command("report", run, "--format", "htm")
    assert result.code == 2
    assert "did you mean html?" in result.error_lines[0]


def test_a_report_that_cannot_be_written_loses_no_run(command, sample_plugins, tmp_path):
    path = tmp_path / "run"
    command(*RUN, "--methods", "identity", "--out", path, "--no-report")
    (path / "report").write_text("in the way")
    result = command(*RUN, "--methods", "identity", "--out", path)
    assert result.code == 0
    assert "no report was written" in result.err
