"""A disk that is full, or a folder that cannot be written, is one line, and nothing is lost."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.models.fetching import Fetcher
from benchmark.models.weights_folders import WeightsFolders
from tests.models.conftest import CONTENT
from tests.models.fetching.conftest import QUICK, partial, refusal, visible


def test_too_little_space_is_said_before_anything_is_asked(publish, fetch, file_server):
    reason = refusal(fetch, publish(bytes=10**18))

    assert "not enough space for network.pth: it needs 1000000000.0 GB more" in reason
    assert file_server.requests == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a file system is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_what_is_here_and_names_the_folder(publish, watcher, tiny_disk, file_server):
    asset = publish(bytes=None)
    fetcher = Fetcher(WeightsFolders((tiny_disk,)), watcher, patience=QUICK)

    reason = refusal(fetcher.fetch, asset)

    assert f"the disk of {tiny_disk} is full" in reason
    assert visible(tiny_disk) == []
    assert len(file_server.requests) == 1
    assert 0 < partial(tiny_disk).stat().st_size < len(CONTENT)


def test_a_disk_that_takes_nothing_is_full(publish, fetch, folder):
    folder.mkdir()
    partial(folder).symlink_to("/dev/full")

    assert "is full" in refusal(fetch, publish(bytes=None))


def test_a_folder_that_cannot_be_made_is_named(publish, watcher, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "weights"

    assert f"cannot write into {folder}" in refusal(Fetcher(WeightsFolders((folder,)), watcher).fetch, publish())
