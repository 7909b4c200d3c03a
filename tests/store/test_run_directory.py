"""The folder of a run."""

from __future__ import annotations

import pytest

from benchmark.errors import InputError
from benchmark.store.run_directory import RunDirectory


def test_a_second_writer_is_refused_until_the_first_is_done(tmp_path):
    with (
        RunDirectory(tmp_path / "run").locked(),
        pytest.raises(InputError, match="another `benchmark run` is writing"),
        RunDirectory(tmp_path / "run").locked(),
    ):
        pytest.fail("two hold the lock")
    with RunDirectory(tmp_path / "run").locked():
        pass


def test_a_folder_of_something_else_is_not_even_locked(tmp_path):
    (tmp_path / "thesis.txt").write_text("do not touch")
    with pytest.raises(InputError, match="holds no run"), RunDirectory(tmp_path).locked():
        pytest.fail("it was locked")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
