"""Brings what a program left to the size of its content: the one place that does."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from benchmark.errors import InputError
from benchmark.pictures.geometry import is_same_aspect

if TYPE_CHECKING:
    from PIL import Image


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
    if geometry is not Geometry.SQUASH and not is_same_aspect(image.size, size):
        hint = '; if the program stretches contents, geometry = "squash"' if geometry is Geometry.FIT else ""
        raise InputError(f"{sizes}, which is another aspect{hint}")
    return image.resize(size, Image.Resampling.LANCZOS), f"resized from {image.width}×{image.height}"
