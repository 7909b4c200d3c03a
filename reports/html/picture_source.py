"""The pictures of a run, shrunk, and either inlined as data URIs or written as files beside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.store.run_files import UnreadablePictureError, read_picture

if TYPE_CHECKING:
    from PIL import Image

    from reports.html.linked_files import LinkedFiles

QUALITY: Final = 80
FILE_SIDE: Final = 512
"""The longer side of a picture beside the page."""


@dataclass(frozen=True)
class Picture:
    """A picture as the page shows it: its address, or the reason why there is none.

    Attributes:
        alt: Description of the picture.
        uri: Data URI or relative address of a file, empty if the picture cannot be shown.
        width: Width in pixels.
        height: Height in pixels.
        problem: Why it cannot be shown, empty if it can.
    """

    alt: str
    uri: str = ""
    width: int = 0
    height: int = 0
    problem: str = ""


class PictureSource:
    """Reads the pictures of a run's folder. A picture that cannot be read is a placeholder, never an exception.

    Args:
        directory: The folder that paths are relative to.
        files: Folder of files that pictures are written to; without it they are inlined.
        folders: Folders of the runs whose pictures they are, by default ``directory`` alone.
        file_side: The longer side of a picture that is written to a file, in pixels.
    """

    def __init__(
        self,
        directory: Path,
        files: LinkedFiles | None = None,
        folders: Sequence[Path] = (),
        *,
        file_side: int = FILE_SIDE,
    ) -> None:
        self._directory, self._files, self._file_side = directory, files, file_side
        self._folders = tuple(folders) or (directory,)
        self._shown: dict[tuple[str, int], tuple[str, int, int] | str] = {}

    def load(self, path: str, alt: str, side: int) -> Picture:
        """Returns a picture.

        Args:
            path: Path as records name it; one that leads out of the folders of the runs is not followed.
            alt: Description of the picture.
            side: The longer side of an inlined picture in pixels; smaller ones are left as they are. Files have a
                fixed size, so that one file serves every place at which the picture is shown.
        """
        key = self._key(path, side)
        if key not in self._shown:
            self._shown[key] = self._read(*key)
        shown = self._shown[key]
        if isinstance(shown, str):
            return Picture(alt=alt, problem=shown)
        uri, width, height = shown
        return Picture(alt=alt, uri=uri, width=width, height=height)

    def preload(self, paths: Iterable[str], side: int) -> None:
        """Reads pictures in parallel, on all cores."""
        from concurrent.futures import ThreadPoolExecutor

        keys = [key for key in dict.fromkeys(self._key(path, side) for path in paths) if key not in self._shown]
        with ThreadPoolExecutor() as pool:
            self._shown.update(zip(keys, pool.map(lambda key: self._read(*key), keys), strict=True))

    def _key(self, path: str, side: int) -> tuple[str, int]:
        return path, side if self._files is None else self._file_side

    def _read(self, path: str, side: int) -> tuple[str, int, int] | str:
        from PIL import Image

        try:
            image = read_picture(path, self._directory, self._folders)
        except UnreadablePictureError as error:
            return str(error)
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        data, kind = encode(image)
        if self._files is None:
            uri = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
        else:
            uri = self._files.add(data, kind)
        return uri, image.width, image.height


def encode(image: Image.Image) -> tuple[bytes, str]:
    """Returns an RGB image as a file and its kind: ``webp``, or ``jpeg`` where this Pillow cannot write WebP."""
    from PIL import features

    buffer = io.BytesIO()
    if features.check("webp"):
        image.save(buffer, "WEBP", quality=QUALITY, method=4)
        return buffer.getvalue(), "webp"
    image.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue(), "jpeg"
