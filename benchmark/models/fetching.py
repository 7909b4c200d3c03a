"""Brings weights into the user's own folder: whole, verified, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from filelock import FileLock

from benchmark.errors import InputError, MissingModelError
from benchmark.models.asset import Asset, format_size
from benchmark.models.download import Download, DownloadError, DownloadObserver, Patience
from benchmark.models.weights_check import WeightsState, check_weights, file_sha256
from benchmark.models.weights_folders import WEIGHTS_VARIABLE, WeightsFolders
from benchmark.models.weights_lock import read_lock, record

_HUB: Final = "https://huggingface.co"
_TRUE: Final = frozenset({"1", "ON", "TRUE", "YES"})


class FetchResult(StrEnum):
    """Outcome of a fetch."""

    PRESENT = "present"
    """A sound copy was there already."""
    FETCHED = "fetched"
    """It was downloaded and has the published hash."""
    TRUSTED = "trusted"
    """Its hash is not published: it is trusted from now on, as it is."""


@dataclass(frozen=True)
class Fetched:
    """A file of weights that is there and sound.

    Attributes:
        asset: The asset.
        result: Outcome of the fetch.
        path: Path of the file.
        sha256: Its hash.
        source: The address that it came from; empty where it was there already.
    """

    asset: Asset
    result: FetchResult
    path: Path
    sha256: str
    source: str = ""


@dataclass(frozen=True)
class Fetcher:
    """Fetches weights.

    Attributes:
        folders: Folders that are searched; weights are written to the last one.
        observer: Is told about the progress of downloads.
        mirror: Address of a folder with the files under their names, tried before all others, or empty.
        patience: Limits on the attempts at each address.
    """

    folders: WeightsFolders
    observer: DownloadObserver
    mirror: str = ""
    patience: Patience = field(default_factory=Patience)

    def fetch(self, asset: Asset) -> Fetched:
        """Fetches one file, unless a sound copy is there.

        Addresses are tried in order. An interrupted download of a file whose hash is published is kept, and the next
        command continues it; the file appears under its name only when it is whole and its hash is right.

        Args:
            asset: The file.

        Raises:
            MissingModelError: No address gives it, or a package that carries it is not installed.
            InputError: The folder cannot be written, or the disk is full.
        """
        found = check_weights(asset, self.folders)
        if found.state.is_sound and found.path is not None:
            return Fetched(asset, FetchResult.PRESENT, found.path, found.sha256)
        if asset.package:
            raise MissingModelError(found.reason)
        folder = self.folders.own
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / f".{asset.file}.lock"):
                return self._fetch_alone(asset)

    def _fetch_alone(self, asset: Asset) -> Fetched:
        # Another process may have fetched it in the meantime.
        found = check_weights(asset, self.folders)
        if found.state.is_sound and found.path is not None:
            return Fetched(asset, FetchResult.PRESENT, found.path, found.sha256)
        if found.state is WeightsState.UNRECORDED and found.path is not None and found.path.parent == self.folders.own:
            record(found.path, found.sha256, "was there already")
            return Fetched(asset, FetchResult.TRUSTED, found.path, found.sha256)
        partial = self.folders.own / f".{asset.file}.part"
        if not asset.is_pinned:
            # Without its hash nobody could tell that the beginning belongs to another version.
            partial.unlink(missing_ok=True)
        self._require_space(asset, partial)
        reasons: list[str] = []
        for address, headers in self._addresses(asset, reasons):
            try:
                sha256 = self._download(asset, address, headers, partial)
            except DownloadError as error:
                reasons.append(f"{_host(address)}: {error}")
                if not asset.is_pinned:
                    partial.unlink(missing_ok=True)
                continue
            target = self.folders.own / asset.file
            partial.chmod(0o644)
            partial.replace(target)
            if asset.is_pinned:
                return Fetched(asset, FetchResult.FETCHED, target, sha256, address)
            record(target, sha256, address)
            return Fetched(asset, FetchResult.TRUSTED, target, sha256, address)
        if asset.page:
            reasons.append("no address leads straight to it")
            raise MissingModelError(
                f"cannot fetch {asset.file}: {'; '.join(reasons)}; get it from {asset.page}, put it into"
                f" {self.folders.own}, and give this command again"
            )
        raise MissingModelError(
            f"cannot fetch {asset.file}: {'; '.join(reasons)}; what is here is kept: try again later, or put the file"
            f" into {self.folders.own} yourself (docs/weights.md)"
        )

    def _addresses(self, asset: Asset, reasons: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
        if self.mirror:
            yield f"{self.mirror.rstrip('/')}/{asset.file}", {}
        for address in asset.addresses:
            if not address.startswith(f"{_HUB}/"):
                yield address, {}
            elif os.environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE:
                reasons.append(f"{_host(address)}: HF_HUB_OFFLINE is set")
            else:
                from huggingface_hub import get_token

                token = get_token()
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                yield address.replace(_HUB, os.environ.get("HF_ENDPOINT", _HUB).rstrip("/"), 1), headers

    def _download(self, asset: Asset, address: str, headers: dict[str, str], partial: Path) -> str:
        """Downloads from one address and returns the hash, which is the right one."""
        had_beginning = partial.exists()
        Download(address, partial, headers, self.patience, self.observer).run()
        sha256 = file_sha256(partial)
        wanted = self._wanted(asset)
        if sha256.startswith(wanted):
            return sha256
        partial.unlink()
        if had_beginning:
            # The beginning was another file's, or was damaged: the address is not to blame yet.
            return self._download(asset, address, headers, partial)
        raise DownloadError(f"gives another file: its sha256 is {sha256}, not {wanted}{'…' * (len(wanted) < 64)}")

    def _wanted(self, asset: Asset) -> str:
        entries = [] if asset.is_pinned else [read_lock(folder).get(asset.file) for folder in self.folders.folders]
        return next((entry.sha256 for entry in entries if entry is not None), asset.sha256)

    def _require_space(self, asset: Asset, partial: Path) -> None:
        if asset.bytes is None:
            return
        needed = asset.bytes - (partial.stat().st_size if partial.exists() else 0)
        free = shutil.disk_usage(self.folders.own).free
        if needed > free:
            raise InputError(
                f"not enough space for {asset.file}: it needs {format_size(needed)} more, {self.folders.own} has"
                f" {format_size(free)}; free some, or name another folder in {WEIGHTS_VARIABLE}"
            )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(
                f"the disk of {folder} is full; what is here is kept: free some space and give the same command again,"
                f" or name another folder in {WEIGHTS_VARIABLE}"
            ) from error
        raise InputError(
            f"cannot write into {folder}: {error.strerror}; name a folder of your own in {WEIGHTS_VARIABLE}"
        ) from error


def _host(address: str) -> str:
    return urlsplit(address).netloc or address
