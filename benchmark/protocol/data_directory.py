"""Where the images and locks of frozen protocols lie."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from platformdirs import user_cache_dir

DATA_VARIABLE: Final = "STYLE_TRANSFER_BENCHMARK_DATA"
"""Environment variable that names another folder."""


def data_directory() -> Path:
    """Returns the folder with what was frozen on this machine; it may not exist yet.

    It is what the environment variable ``STYLE_TRANSFER_BENCHMARK_DATA`` says, or else ``data`` in the user's cache
    folder of this package.
    """
    chosen = os.environ.get(DATA_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path(user_cache_dir("style-transfer-benchmark")) / "data"


def kept_image(pixels_sha256: str) -> Path:
    """Returns where an image is kept, named after its pixels so that every protocol that uses it shares the file.

    Args:
        pixels_sha256: Hash of its pixels, hexadecimal.
    """
    return data_directory() / "images" / pixels_sha256


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
