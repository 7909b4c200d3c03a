"""The files of a run, or of several runs, that records name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

LARGEST_FILE: Final = 256 * 1024 * 1024
PICTURE_FORMATS: Final = ("PNG", "JPEG", "WEBP")


class UnreadablePictureError(Exception):
    """A picture cannot be shown; the message says why in a few words."""


def find_file(path: str, directory: Path, folders: Sequence[Path]) -> Path | None:
    """Returns the file that a path leads to, or ``None`` where that is outside the folders of the runs.

    Args:
        path: The path, as records name it.
        directory: Folder that it is relative to.
        folders: Folders of the runs.

    Raises:
        OSError: The path cannot be followed.
        ValueError: It is no path.
    """
    file = (directory / path).resolve()
    return file if any(file.is_relative_to(folder.resolve()) for folder in folders) else None


def read_picture(path: str, directory: Path, folders: Sequence[Path]) -> Image.Image:
    """Reads a picture as 8-bit RGB.

    Args:
        path: The path, as records name it.
        directory: Folder that it is relative to.
        folders: Folders of the runs.

    Raises:
        UnreadablePictureError: There is none, it lies outside the folders, or it is too large or damaged.
    """
    from PIL import Image

    if not path:
        raise UnreadablePictureError("no picture recorded")
    try:
        file = find_file(path, directory, folders)
        if file is None:
            raise UnreadablePictureError("the picture lies outside the run's folder")
        if not file.is_file():
            raise UnreadablePictureError("the picture is missing")
        if file.stat().st_size > LARGEST_FILE:
            raise UnreadablePictureError("the picture is too large to be shown")
        with Image.open(file, formats=PICTURE_FORMATS) as opened:
            # Pillow's own limit only warns up to twice its size, and warnings are not safe in several threads.
            if opened.width * opened.height > (Image.MAX_IMAGE_PIXELS or math.inf):
                raise UnreadablePictureError("the picture is too large to be shown")
            # A palette whose colours are partly transparent is converted by way of its transparency.
            return (opened.convert("RGBA") if "transparency" in opened.info else opened).convert("RGB")
    except Image.DecompressionBombError as error:
        raise UnreadablePictureError("the picture is too large to be shown") from error
    # Pillow raises any of these for damaged files.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError, MemoryError) as error:
        raise UnreadablePictureError("the picture cannot be read") from error
