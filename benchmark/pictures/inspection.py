"""What a look at pictures tells that their names and sizes do not: copies of inputs, and transparency."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.errors import InputError
from benchmark.images import fit_square, open_image
from benchmark.pictures.part import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_SIDE: Final = 64
_SAME: Final = 2.5
"""Mean difference, in grey levels of 64×64 pixels, up to which two pictures are one.

JPEG files of 200 px and quality 75 stay below; a picture that is 3 % darker does not.
"""


def find_copies(pairs: Iterable[tuple[Path, Path]], part: Part | None = None, *, side: int) -> list[Path]:
    """Finds pictures that show nothing but their input: its centre, or all of it squashed to a square.

    Args:
        pairs: Files of pictures, each with that of an input. What cannot be read is passed over.
        part: The part of each file that is the picture, or ``None`` for all.
        side: Side of the contents of the protocol, in pixels.
    """
    import numpy as np

    @functools.lru_cache(maxsize=64)
    def forms(source: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        original = open_image(source)
        return _small(fit_square(original, _SIDE)), _small(original.resize((_SIDE, _SIDE)))

    copies: list[Path] = []
    for path, source in pairs:
        try:
            picture, of_source = open_image(path), forms(source)
        except InputError:
            continue
        if part is not None:
            picture = picture.crop(part.box(picture.size, (side, side)))
        seen = _small(fit_square(picture, _SIDE))
        if any(float(np.abs(seen - form).mean()) < _SAME for form in of_source):
            copies.append(path)
    return copies


def find_transparent(paths: Iterable[Path]) -> list[Path]:
    """Finds files of which some pixel is not opaque. What cannot be read is passed over.

    Args:
        paths: The files.
    """
    from PIL import Image

    found: list[Path] = []
    for path in paths:
        try:
            with Image.open(path) as image:
                if image.has_transparency_data and image.convert("RGBA").getchannel("A").getextrema()[0] != 255:
                    found.append(path)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            # Reading it as a picture of the run says so.
            continue
    return found


def _small(image: Image.Image) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(image, dtype=np.float64)
