"""Pictures and folders that a program is given: 8-bit files under plain names in a temporary folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.programs.placeholders import fill

if TYPE_CHECKING:
    from PIL import Image

_DIGITS: Final = 12


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Gives a new folder that is deleted afterwards, whatever a program left in it."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def plain_stem(kind: str, image: Image.Image) -> str:
    """Makes the name of a picture's file, without suffix, of its pixels: letters and digits only.

    Other pixels get another name, so that what a program remembers by name is never of another picture; and no rule by
    which a program cuts names or sorts them can go wrong.

    Args:
        kind: A word that the name begins with.
        image: The picture.
    """
    digest = hashlib.sha256(f"{image.width} {image.height} ".encode() + image.tobytes())
    return f"{kind}{digest.hexdigest()[:_DIGITS]}"


def stage_picture(image: Image.Image, folder: Path, stem: str, suffix: str, side: int | None) -> Path:
    """Writes a picture for a program.

    Args:
        image: The picture, 8-bit RGB.
        folder: Its folder, which is made if need be.
        stem: Name without suffix.
        suffix: Suffix without dot.
        side: Shorter side that it is scaled to, in pixels, or ``None`` to leave it as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.{suffix}"
    options: dict[str, Any] = {"quality": 100, "subsampling": 0} if suffix in ("jpg", "jpeg") else {}
    scaled(image, side).save(path, **options)
    return path


def scaled(image: Image.Image, side: int | None) -> Image.Image:
    """Scales a picture so that its shorter side has a number of pixels; ``None`` leaves it as it is."""
    from PIL import Image

    if side is None or min(image.size) == side:
        return image
    scale = side / min(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def lay_out(stage: Mapping[str, str], folder: Path, values: Mapping[str, str]) -> None:
    """Lays out the folder that some programs read.

    Args:
        stage: What is copied there: paths in the folder, and the staged file or folder of each.
        folder: The folder.
        values: Values of the placeholders.
    """
    for place, source in stage.items():
        target = folder / fill(place, values)
        target.parent.mkdir(parents=True, exist_ok=True)
        original = Path(fill(source, values))
        if original.is_dir():
            shutil.copytree(original, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(original, target)


def call_environment(own: Mapping[str, str], threads: int) -> dict[str, str]:
    """Returns the environment variables of a call: those of this process, some of ours, and the program's own.

    Args:
        own: Those that the program's file sets.
        threads: Number of threads that a program should use.
    """
    # Otherwise the last lines before a program is ended would be lost.
    defaults = {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": str(threads)}
    return {**defaults, **os.environ, **own}
