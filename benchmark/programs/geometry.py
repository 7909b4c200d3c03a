"""Brings what a program left to the size of its content: the one place that does."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from benchmark.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

_ROUNDING: Final = 8
"""Pixels by which networks round a side, up or down."""
_LARGEST_ROUNDING: Final = 0.07
"""The same as a share of the side: of a tiny picture, 8 pixels are more than rounding."""


class Geometry(StrEnum):
    """How the picture that a program makes relates to the content that it was given."""

    FIT = "fit"
    """It shows the whole content in the content's aspect."""
    CROP = "crop"
    """It shows the square in the middle of the content."""
    SQUASH = "squash"
    """It shows the whole content, stretched to a square or whatever the program makes."""


def fit_output(image: Image.Image, size: tuple[int, int], geometry: Geometry) -> tuple[Image.Image, str]:
    """Brings a picture to the size of its content.

    Args:
        image: The picture.
        size: Width and height of the content, in pixels.
        geometry: How it relates to the content.

    Returns:
        The picture of that size, and what was done to it in a few words, empty for nothing.

    Raises:
        InputError: It has another aspect than it can have.
    """
    from PIL import Image

    sizes = f"it is {image.width}×{image.height}, the content {size[0]}×{size[1]}"
    if geometry is Geometry.CROP and size[0] != size[1]:
        raise InputError(f"{sizes}: the program cuts out the square in the middle; give it square contents")
    if image.size == size:
        return image, ""
    if geometry is not Geometry.SQUASH and not _is_alike(image.size, size):
        hint = '; if the program stretches contents, geometry = "squash"' if geometry is Geometry.FIT else ""
        raise InputError(f"{sizes}, which is another aspect{hint}")
    return image.resize(size, Image.Resampling.LANCZOS), f"resized from {image.width}×{image.height}"


def _is_alike(found: tuple[int, int], wanted: tuple[int, int]) -> bool:
    """Whether two sizes have one aspect, but for the rounding of a side."""
    scale = max(found[0] / wanted[0], found[1] / wanted[1])
    return all(
        side * scale - one <= min(_ROUNDING, _LARGEST_ROUNDING * side * scale)
        for one, side in zip(found, wanted, strict=True)
    )
