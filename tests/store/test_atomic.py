"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import json
import os

import pytest

from benchmark.errors import InputError
from benchmark.store.atomic import replacing, write_bytes, write_json, write_text


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "deep" / "file"
    write_bytes(path, b"old")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    write_json(tmp_path / "file", {"a": 1})
    before = (tmp_path / "file").read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "file", {"a": float("nan")})
    with pytest.raises(TypeError):
        write_bytes(tmp_path / "file", "text")  # type: ignore[arg-type]
    assert (tmp_path / "file").read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write .*file/below"):
        write_bytes(tmp_path / "file" / "below", b"")


def test_another_file_that_the_body_lacks_is_not_taken_for_this_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="picture"), replacing(tmp_path / "file"):
        (tmp_path / "picture").read_bytes()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_of_the_file_that_was_to_be_written(tmp_path):
    with pytest.raises(InputError, match=r"cannot write .*/file: No space left"), replacing(tmp_path / "file"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_name_as_long_as_file_systems_take_is_written(tmp_path):
    for name in ("x" * 255, "é" * 127):
        write_bytes(tmp_path / name, b"whole")
        assert (tmp_path / name).read_bytes() == b"whole"
    assert len(list(tmp_path.iterdir())) == 2


def test_text_that_no_file_can_hold_is_escaped(tmp_path):
    path = tmp_path / os.fsdecode(b"r\xe9sultats")
    write_json(path, {"command": ["benchmark", "--out", str(path.name)]})
    assert json.loads(path.read_bytes()) == {"command": ["benchmark", "--out", r"r\xe9sultats"]}
    write_text(path, f"{path.name}\n")
    assert path.read_bytes() == b"r\\xe9sultats\n"
