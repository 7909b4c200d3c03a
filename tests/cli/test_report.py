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


def test_pictures_are_beside_the_page_or_inside_it(command, run, tmp_path):
    assert list((run / "report" / "pictures").iterdir())
    out = tmp_path / "mail"
    assert command("report", run, "--inline", "-o", out).code == 0
    assert [path.name for path in out.iterdir()] == ["index.html"]
    assert "data:image/webp;base64," in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "file"),
    [("markdown", "report.md"), ("latex", "tables.tex"), ("csv", "summary.csv"), ("json", "report.json")],
)
def test_the_other_formats_write_a_file_each(command, run, tmp_path, name, file):
    out = tmp_path / "out"
    result = command("report", run, "--format", name, "-o", out)
    assert result.code == 0
    assert [path.name for path in out.iterdir()] == [file]
    assert result.out.replace("\n", "") == str(out / file)


def test_a_format_without_pictures_cannot_be_inlined(command, run):
    result = command("report", run, "--format", "csv", "--inline")
    assert result.code == 2
    assert "--inline: the format csv writes no pictures beside its file" in result.error_lines[0]


def test_the_figure_of_pictures_shows_what_is_named(command, run, tmp_path):
    out = tmp_path / "out"
    case = sorted(path.stem for path in (run / "images" / "blend").iterdir())[0]
    result = command("report", run, "--format", "figures", "--case", case, "--methods", "identity,blend", "-o", out)
    assert result.code == 0, result.err
    captions = (out / "figures.md").read_text(encoding="utf-8")
    assert "The cases were named, not chosen by a rule" in captions
    assert "by 1 method and control" in captions
    assert (out / "qualitative.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--format", "figures", "--methods", "blend,identiti"),
         "--methods: there is no method identiti in these runs; is it identity?"),
        (("--format", "figures", "--case", "nowhere"), "--case: there is no case nowhere in these runs; is it "),
        (("--case", "nowhere"), "--case, --methods: the format html has no figure of chosen pictures"),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be_chosen_are_one_clear_line(command, run, tmp_path, options, message):
    result = command("report", run, *options, "-o", tmp_path / "out")
    assert result.code == 2
    assert message in result.error_lines[0]
    assert not (tmp_path / "out").exists()


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
