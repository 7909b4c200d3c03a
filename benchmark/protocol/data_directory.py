"""Where the images and locks of frozen protocols lie."""

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
    """Returns the folder with what was frozen on this machine; it may not exist yet.

    It is what the environment variable ``STYLE_TRANSFER_BENCHMARK_DATA`` says, or else ``data`` in the user's cache
    folder of this package.

    Raises:
        InputError: There is none: the variable names none, or needs a home that does not exist, or the user has none.
    """
    chosen = os.environ.get(DATA_VARIABLE)
    if chosen:
        return expand_home(chosen, DATA_VARIABLE)
    cache = cache_folder()
    if cache is None:
        raise InputError(f"there is no folder for what is frozen: {no_home(DATA_VARIABLE)}")
    return cache / "data"


def kept_image(pixels_sha256: str) -> Path:
    """Returns where an image is kept, named after its pixels so that every protocol that uses it shares the file.

    Args:
        pixels_sha256: Hash of its pixels, hexadecimal.
    """
    return data_directory() / "images" / pixels_sha256


def is_kept_image(path: Path, pixels_sha256: str) -> bool:
    """Returns whether a path is where an image is kept; without a data directory, none is.

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
    """Returns where the lock of a frozen protocol is kept.

    Args:
        protocol: Name of the protocol.
    """
    return data_directory() / "locks" / f"{protocol}.json"


def kept_rows(dataset: str) -> Path:
    """Returns where it is kept which rows of a data set are which images.

    Args:
        dataset: What tells the data set from others and its revision from other revisions.
    """
    return data_directory() / "rows" / f"{hashlib.sha256(dataset.encode()).hexdigest()}.json"
