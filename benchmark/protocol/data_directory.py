"""The data directory, which holds the images and locks of frozen protocols."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.user_folders import cache_folder, expand_home, no_home

DATA_VARIABLE: Final = "STYLE_TRANSFER_BENCHMARK_DATA"
"""Environment variable that names another folder."""


def data_directory() -> Path:
    """Returns the folder with the protocols frozen on this machine; it may not exist yet.

    The environment variable ``STYLE_TRANSFER_BENCHMARK_DATA`` names it; by default it is ``data`` in the user's cache
    folder of this package.

    Raises:
        InputError: The folder depends on the user's home, and there is no such home.
    """
    chosen = os.environ.get(DATA_VARIABLE)
    if chosen:
        return expand_home(chosen, DATA_VARIABLE)
    cache = cache_folder()
    if cache is None:
        raise InputError(f"there is no folder for what is frozen: {no_home(DATA_VARIABLE)}")
    return cache / "data"


def kept_image(pixels_sha256: str) -> Path:
    """Returns the path of a kept image, named after its pixels, so that all protocols that use it share the file.

    Args:
        pixels_sha256: Hash of its pixels, hexadecimal.
    """
    return data_directory() / "images" / pixels_sha256


def is_kept_image(path: Path, pixels_sha256: str) -> bool:
    """Returns whether a path is that of a kept image; without a data directory, none is.

    Args:
        path: The path.
        pixels_sha256: Hash of the image's pixels, hexadecimal.
    """
    try:
        return path == kept_image(pixels_sha256)
    except InputError:
        return False


def is_frozen(protocol: str) -> bool:
    """Returns whether a protocol was frozen on this machine.

    Args:
        protocol: Name of the protocol.
    """
    try:
        return kept_lock(protocol).exists()
    except InputError:
        return False


def kept_lock(protocol: str) -> Path:
    """Returns the path of the lock of a frozen protocol.

    Args:
        protocol: Name of the protocol.
    """
    return data_directory() / "locks" / f"{protocol}.json"


def kept_rows(dataset: str) -> Path:
    """Returns the path of the file that maps rows of a data set to kept images.

    Args:
        dataset: A key that identifies the data set and its revision.
    """
    return data_directory() / "rows" / f"{hashlib.sha256(dataset.encode()).hexdigest()}.json"
