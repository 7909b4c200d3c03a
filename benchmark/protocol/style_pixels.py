"""The pixels of a style's image, by which a method that was trained for single paintings knows them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from benchmark.images import open_image, pixels_sha256

if TYPE_CHECKING:
    from pathlib import Path

    from benchmark.protocol.case import Style


def style_pixels_sha256(style: Style) -> str:
    """Returns the hash of the pixels of a style's image, as pinned or else of its file.

    It is empty where the style has no image, or its file is not on this machine.

    Args:
        style: The style.

    Raises:
        InputError: The file cannot be used.
    """
    if style.pixels_sha256 or style.image is None or not style.image.is_file():
        return style.pixels_sha256
    return file_pixels_sha256(style.image)


def file_pixels_sha256(path: Path) -> str:
    """Returns the hash of the pixels of an image file; one that has not changed is read once per process.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be used.
    """
    status = path.stat()
    return _hash(path, (status.st_size, status.st_mtime_ns))


@functools.lru_cache(maxsize=256)
def _hash(path: Path, state: tuple[int, int]) -> str:  # noqa: ARG001 - a changed file is hashed anew
    return pixels_sha256(open_image(path))
