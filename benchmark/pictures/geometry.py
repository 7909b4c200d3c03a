"""Geometry of pictures that were made elsewhere: their part, their size, and whether they were squashed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.errors import InputError
from benchmark.images import fit_square, open_image
from benchmark.pictures.part import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_FIT_HINT: Final = "--fit cuts out the centre, as is done with contents"
_PANELS: Final = (3, 2, 4)
_ROUNDING: Final = 8
_LARGEST_ROUNDING: Final = 0.07
"""As a share of a side."""
_SMALL: Final = 64
_SQUARE_ENOUGH: Final = 1.1
"""Ratio of the sides of a content up to which squashing and cropping make nearly the same picture."""
_CLEAR_SHARE: Final = 0.8
_CLEAR_LEAD: Final = 0.02


class Shape(StrEnum):
    """Size of a picture beside that of its content."""

    SAME = "same"
    SCALED = "scaled"
    """Another size of the same aspect."""
    OTHER = "other"
    """Another aspect."""


def fit_picture(
    image: Image.Image, size: tuple[int, int], part: Part | None = None, *, fit: bool = False
) -> tuple[Image.Image, str]:
    """Makes a picture of the size of its content.

    One of this size is taken as it is. Another of the same aspect is resized (Lanczos). One of another aspect is
    refused, because stretching would change shapes; on request its centre is cut out, as that of a content is.

    Args:
        image: The file, an RGB picture.
        size: Width and height of the content.
        part: The part of the file that is the picture, or ``None`` for all.
        fit: Whether to cut out the centre of a picture of another aspect.

    Returns:
        The picture, and what was done, in words; an empty text where nothing was.

    Raises:
        InputError: It has another aspect.
    """
    from PIL import Image, ImageOps

    done: list[str] = []
    if part is not None:
        whole = image.size
        image = image.crop(part.box(whole, size))
        done.append(f"{part} of {_words(whole)}")
    match shape_of(image.size, size):
        case Shape.SCALED:
            done.append(f"resized from {_words(image.size)}")
            image = image.resize(size, Image.Resampling.LANCZOS)
        case Shape.OTHER if fit:
            done.append(f"cropped from {_words(image.size)}")
            image = ImageOps.fit(image, size, method=Image.Resampling.LANCZOS)
        case Shape.OTHER:
            raise InputError(f"{_words(image.size)}, and its content is {_words(size)}; {advice(image.size, size)}")
    return image, ", ".join(done)


def shape_of(size: tuple[int, int], target: tuple[int, int], part: Part | None = None) -> Shape:
    """Tells what a file of a size needs to become a picture of another.

    Args:
        size: Width and height of the file.
        target: Width and height of the content.
        part: The part of the file that is the picture, or ``None`` for all.
    """
    if part is not None:
        left, top, right, bottom = part.box(size, target)
        size = right - left, bottom - top
    if size == target:
        return Shape.SAME
    return Shape.SCALED if is_same_aspect(size, target) else Shape.OTHER


def is_same_aspect(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Returns whether two sizes have one aspect, but for the rounding of a side.

    Networks round sides to multiples of eight, up or down; of a tiny picture, eight pixels are more than rounding.

    Args:
        size: Width and height of a picture, in whose pixels the rounding is.
        other: Width and height of the other.
    """
    scale = max(size[0] / other[0], size[1] / other[1])
    return all(
        side * scale - one <= min(_ROUNDING, _LARGEST_ROUNDING * side * scale)
        for one, side in zip(size, other, strict=True)
    )


def advice(size: tuple[int, int], content: tuple[int, int]) -> str:
    """Says what to do with a picture of another aspect: take a part, where it looks like panels, or cut it.

    Args:
        size: Width and height of the picture.
        content: Those of the content.
    """
    width, height = size
    aspect = content[0] / content[1]
    for count in _PANELS:
        if abs(width / height / (count * aspect) - 1) < 0.03:
            word = {2: "half", 3: "third", 4: "quarter"}[count]
            return f"if it shows {count} panels side by side, add the part: NAME=FOLDER:right {word}"
    return _FIT_HINT


def _words(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


@dataclass(frozen=True)
class Squashing:
    """How many pictures look squashed, where contents are cropped.

    Attributes:
        compared: Number of pictures whose content is far enough from square to tell.
        squashed: Number of those that fit their squashed content clearly better than their cropped one.
    """

    compared: int
    squashed: int

    @property
    def is_clear(self) -> bool:
        """Whether nearly all that were compared look squashed."""
        return self.squashed > 0 and self.squashed >= _CLEAR_SHARE * self.compared


def find_squashing(
    pairs: Iterable[tuple[Path, Path]],
    part: Part | None = None,
    *,
    side: int,
    read: Callable[[Path], Image.Image] = open_image,
) -> Squashing:
    """Compares pictures with their contents, squashed and cropped to a square, by their edges.

    Args:
        pairs: Files of the pictures, each with that of its content. What cannot be read is passed over.
        part: The part of each file that is the picture, or ``None`` for all.
        side: Side of the contents of the protocol, in pixels.
        read: Reads a file.
    """
    import numpy as np

    @functools.lru_cache(maxsize=32)
    def forms(content: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        image = read(content).convert("L")
        long, short = max(image.size), min(image.size)
        if long < _SQUARE_ENOUGH * short:
            return None
        return _edges(image.resize((_SMALL, _SMALL))), _edges(fit_square(image, _SMALL))

    compared = squashed = 0
    for picture, content in pairs:
        try:
            of_content = forms(content)
            if of_content is None:
                continue
            image = read(picture)
        except InputError:
            continue
        if part is not None:
            image = image.crop(part.box(image.size, (side, side)))
        if not is_same_aspect(image.size, (1, 1)):
            continue
        edges = _edges(image.convert("L").resize((_SMALL, _SMALL)))
        as_squashed, as_cropped = (float(np.sum(edges * form)) for form in of_content)
        compared += 1
        squashed += as_squashed > as_cropped + _CLEAR_LEAD
    return Squashing(compared, squashed)


def spread(items: Sequence[tuple[Path, Path]], most: int) -> Sequence[tuple[Path, Path]]:
    """Returns at most so many items, spread over all of them."""
    if len(items) <= most:
        return items
    return [items[position * len(items) // most] for position in range(most)]


def _edges(image: Image.Image) -> NDArray[np.float64]:
    """Strength of the edges of a small greyscale picture, of zero mean and unit length."""
    import numpy as np

    pixels = np.asarray(image, dtype=np.float64)
    down, right = np.gradient(pixels)
    strength = np.sqrt(np.hypot(down, right))
    strength -= strength.mean()
    length = float(np.linalg.norm(strength))
    edges: NDArray[np.float64] = strength / length if length else strength
    return edges
