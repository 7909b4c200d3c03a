"""``benchmark new``."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("kind", ["method", "metric", "set-metric"])
def test_writes_a_project_into_a_folder_named_after_it(command, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    result = command("new", kind, "first-try")
    assert result.code == 0
    written = [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert result.out.split() == written
    assert all(path.startswith("first-try/") for path in written)
    assert "pip install" in result.err


def test_writes_where_it_is_told_to(command, tmp_path):
    assert command("new", "method", "first_try", "-o", tmp_path / "here").code == 0
    assert (tmp_path / "here" / "pyproject.toml").is_file()


def test_a_name_that_is_taken_is_refused(command, tmp_path):
    result = command("new", "method", "gatys", "-o", tmp_path / "here")
    assert result.code == 2
    assert "gatys is installed already, by style-transfer-benchmark" in result.error_lines[0]


def test_the_name_of_a_metric_is_taken_for_a_set_metric_too(command, tmp_path):
    result = command("new", "set-metric", "ssim", "-o", tmp_path / "here")
    assert result.error_lines == [
        "error: metric ssim is installed already, by style-transfer-benchmark; choose another name"
    ]


def test_a_path_is_no_name(command, tmp_path):
    result = command("new", "method", "../../escape", "-o", tmp_path / "here")
    assert result.code == 2
    assert len(result.error_lines) == 1
    assert not any(tmp_path.iterdir())


def test_a_read_only_folder_is_one_clear_line(command):
    result = command("new", "method", "first_try", "-o", "/proc/here")
    assert result.code == 2
    assert "cannot write" in result.error_lines[0]
