"""The pictures of a run, shrunk and inlined as data URIs."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

QUALITY: Final = 80
LARGEST_FILE: Final = 256 * 1024 * 1024
PICTURE_FORMATS: Final = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True)
class Picture:
    """A picture as the page shows it: a data URI, or the reason why there is none.

    Attributes:
        alt: What the picture shows.
        uri: Data URI, empty if the picture cannot be shown.
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
    """Reads the pictures of a run's folder. A picture that cannot be read is a placeholder, never an exception."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._encoded: dict[tuple[str, int], tuple[str, int, int] | str] = {}

    def load(self, path: str, alt: str, side: int) -> Picture:
        """Returns a picture.

        Args:
            path: Path relative to the run's folder; one that leads out of it is not followed.
            alt: What the picture shows.
            side: The longer side in pixels; smaller pictures are left as they are.
        """
        key = (path, side)
        if key not in self._encoded:
            self._encoded[key] = self._read(path, side)
        encoded = self._encoded[key]
        if isinstance(encoded, str):
            return Picture(alt=alt, problem=encoded)
        uri, width, height = encoded
        return Picture(alt=alt, uri=uri, width=width, height=height)

    def _read(self, path: str, side: int) -> tuple[str, int, int] | str:
        from PIL import Image

        if not path:
            return "no picture recorded"
        try:
            file = (self._directory / path).resolve()
            if not file.is_relative_to(self._directory.resolve()):
                return "the picture lies outside the run's folder"
            if not file.is_file():
                return "the picture is missing"
            if file.stat().st_size > LARGEST_FILE:
                return "the picture is too large to be shown"
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                warnings.simplefilter("ignore", UserWarning)
                with Image.open(file, formats=PICTURE_FORMATS) as opened:
                    image = opened.convert("RGB")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return "the picture is too large to be shown"
        # Pillow reports damaged files by any of these.
        except (
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            IndexError,
            TypeError,
            OverflowError,
            MemoryError,
        ):
            return "the picture cannot be read"
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        return encode(image), image.width, image.height


def encode(image: Image.Image) -> str:
    """Returns an RGB image as a data URI: WebP, or JPEG where this Pillow cannot write WebP."""
    from PIL import features

    webp = features.check("webp")
    buffer = io.BytesIO()
    if webp:
        image.save(buffer, "WEBP", quality=QUALITY, method=4)
    else:
        image.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/{'webp' if webp else 'jpeg'};base64,{data}"
