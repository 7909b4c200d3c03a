"""Verification of weights: the copy that is used, and copies that are refused."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark.errors import MissingModelError
from benchmark.models.asset import Asset, format_size
from benchmark.models.fetching import Fetcher
from benchmark.models.weights_check import WeightsState, check_weights, expected_sha256, require_asset
from benchmark.models.weights_folders import WeightsFolders, weights_folders
from benchmark.models.weights_lock import record

GOOD, BAD = b"the weights", b"other bytes"
SHA256 = hashlib.sha256(GOOD).hexdigest()
PINNED = Asset("network", "network.pth", "MIT", "nobody", len(GOOD), SHA256, ("http://host.invalid/network.pth",))
UNPINNED = Asset("network", "network.pth", "MIT", "nobody", addresses=PINNED.addresses)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def folders(shared: Path, own: Path) -> WeightsFolders:
    return WeightsFolders((shared, own))


def put(folder: Path, content: bytes) -> Path:
    (folder / "network.pth").write_bytes(content)
    return folder / "network.pth"


def test_the_shared_copy_is_taken_first(folders, shared, own):
    path = put(shared, GOOD)
    put(own, GOOD)

    assert require_asset(PINNED, folders) == path


def test_the_users_own_copy_stands_in_for_a_damaged_shared_one(folders, shared, own):
    put(shared, BAD)
    path = put(own, GOOD)

    assert require_asset(PINNED, folders) == path


def test_a_damaged_copy_is_refused_with_both_hashes_and_the_command(folders, shared):
    path = put(shared, BAD[:-1])

    with pytest.raises(MissingModelError) as raised:
        require_asset(PINNED, folders)

    found = hashlib.sha256(BAD[:-1]).hexdigest()
    assert str(raised.value) == (
        f"{path} is damaged or another file: it has 10 bytes, not 11, its sha256 is {found}, not {SHA256};"
        " get it again with: benchmark weights fetch network"
    )


def test_a_file_that_changes_under_the_same_name_is_hashed_anew(folders, own):
    path = put(own, GOOD)
    require_asset(PINNED, folders)
    path.write_bytes(BAD)
    os.utime(path, ns=(1, 1))

    assert check_weights(PINNED, folders).state is WeightsState.DAMAGED


def test_a_missing_file_is_one_line_with_its_size_the_folders_and_the_command(folders, shared, own):
    with pytest.raises(MissingModelError) as raised:
        require_asset(PINNED, folders)

    assert str(raised.value) == (
        f"network.pth (11 bytes) is not in {shared} or {own}; get it with: benchmark weights fetch network"
    )


def test_without_a_published_hash_a_file_is_not_trusted_until_it_is_recorded(folders, own):
    path = put(own, GOOD)
    assert check_weights(UNPINNED, folders).state is WeightsState.UNRECORDED
    with pytest.raises(MissingModelError, match="nobody has published its hash; record it"):
        require_asset(UNPINNED, folders)

    record(path, SHA256, "somewhere")

    assert check_weights(UNPINNED, folders).state is WeightsState.RECORDED


def test_a_recorded_file_that_changes_is_refused(folders, own):
    path = put(own, GOOD)
    record(path, SHA256, "somewhere")
    path.write_bytes(BAD)

    with pytest.raises(MissingModelError, match=rf"has changed since .*, recorded in .*own is {SHA256}"):
        require_asset(UNPINNED, folders)


def test_a_shared_file_is_refused_where_the_users_own_lock_says_otherwise(folders, shared, own):
    record(put(shared, BAD), hashlib.sha256(BAD).hexdigest(), "somewhere")
    record(put(own, GOOD), SHA256, "somewhere")
    (own / "network.pth").unlink()

    assert check_weights(UNPINNED, folders).state is WeightsState.DAMAGED


def test_the_expected_hash_is_the_published_or_the_recorded_one_without_the_file(folders, own):
    assert expected_sha256(PINNED, folders) == SHA256
    with pytest.raises(MissingModelError, match="benchmark weights fetch network"):
        expected_sha256(UNPINNED, folders)
    path = put(own, GOOD)
    record(path, SHA256, "somewhere")
    path.unlink()
    assert expected_sha256(UNPINNED, folders) == SHA256


@pytest.fixture
def read_only(shared: Path) -> Iterator[Path]:
    """A shared folder with the file, which nobody can write."""
    put(shared, GOOD)
    record(shared / "network.pth", SHA256, "the administrator")
    subprocess.run(["mount", "--bind", shared, shared], check=False, capture_output=True)
    mounted = subprocess.run(["mount", "-o", "remount,bind,ro", shared], check=False, capture_output=True)
    if mounted.returncode:
        shared.chmod(0o555)
    yield shared
    subprocess.run(["umount", shared], check=False, capture_output=True)
    shared.chmod(0o755)


@pytest.mark.parametrize("asset", [PINNED, UNPINNED], ids=["pinned", "recorded"])
def test_a_read_only_folder_serves_several_users(read_only, own, asset):
    with pytest.raises(OSError, match=r"Read-only|Permission"):
        (read_only / "probe").touch()
    folders = WeightsFolders((read_only, own))

    assert require_asset(asset, folders) == read_only / "network.pth"
    assert Fetcher(folders, observer=None).fetch(asset).path == read_only / "network.pth"
    assert list(own.iterdir()) == []


def test_folders_are_named_by_the_variable_as_in_path(monkeypatch, tmp_path):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", f"{tmp_path / 'a'}{os.pathsep}~/b")

    assert weights_folders().folders == (tmp_path / "a", Path.home() / "b")
    assert weights_folders().own == Path.home() / "b"


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_it_is_the_users_cache(monkeypatch, tmp_path, value):
    monkeypatch.delenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", raising=False)
    if value is not None:
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert weights_folders().folders == (tmp_path / "style-transfer-benchmark" / "weights",)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, "size unknown"),
        (999, "999 bytes"),
        (6009, "6.0 kB"),
        (574_673_361, "574.7 MB"),
        (1_234_000_000, "1.2 GB"),
    ],
)
def test_sizes_in_words(number, words):
    assert format_size(number) == words
