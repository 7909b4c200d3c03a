"""Resizing, cropping and padding of images that several methods share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor


def resize(image: Tensor, height: int, width: int) -> Tensor:
    """Resizes an image with an antialiased bilinear filter; one of that size is returned as it is.

    Args:
        image: C×H×W.
        height: Height of the result in pixels.
        width: Width of the result in pixels.
    """
    if image.shape[-2:] == (height, width):
        return image
    resized: Tensor = functional.interpolate(
        image[None], size=(height, width), mode="bilinear", antialias=True, align_corners=False
    )[0]
    return resized


def size_for_shorter_side(image: Tensor, shorter_side: int) -> tuple[int, int]:
    """Returns height and width of an image, C×H×W, scaled until its shorter side has this many pixels."""
    height, width = image.shape[-2:]
    scale = shorter_side / min(height, width)
    return max(shorter_side, round(height * scale)), max(shorter_side, round(width * scale))


def resize_shorter_side(image: Tensor, shorter_side: int) -> Tensor:
    """Resizes an image, C×H×W, so that its shorter side has this many pixels, keeping its proportions."""
    return resize(image, *size_for_shorter_side(image, shorter_side))


def resize_longer_side(image: Tensor, longer_side: int, smallest_side: int) -> Tensor:
    """Resizes an image, C×H×W, so that its longer side has this many pixels, keeping its proportions.

    One so long that its shorter side would fall below ``smallest_side`` is resized to that instead, and is longer.
    """
    shorter, longer = sorted(image.shape[-2:])
    return resize_shorter_side(image, max(smallest_side, round(shorter * longer_side / longer)))


def cover(image: Tensor, height: int, width: int) -> Tensor:
    """Cuts the largest central part of an image, C×H×W, with the proportions of height and width, and resizes it."""
    scale = min(image.shape[-2] / height, image.shape[-1] / width)
    part_height, part_width = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (image.shape[-2] - part_height) // 2, (image.shape[-1] - part_width) // 2
    return resize(image[:, top : top + part_height, left : left + part_width], height, width)


def pad_to_multiple(images: Tensor, multiple: int) -> Tensor:
    """Pads images, N×C×H×W, at the bottom and the right by reflection until both sides are multiples of a number.

    Raises:
        ValueError: If a side is shorter than twice the multiple, where reflection could run out of pixels.
    """
    height, width = images.shape[-2:]
    if min(height, width) < 2 * multiple:
        raise ValueError(f"images must be at least {2 * multiple} pixels high and wide, not {height}×{width}")
    return functional.pad(images, (0, -width % multiple, 0, -height % multiple), mode="reflect")


def add_margin(image: Tensor, margin: int) -> Tensor:
    """Extends an image, C×H×W, on all sides by a number of pixels less than its sides, by reflection at the border."""
    extended: Tensor = functional.pad(image[None], (margin,) * 4, mode="reflect")[0]
    return extended


def remove_margin(image: Tensor, margin: int) -> Tensor:
    """Cuts a number of pixels from all sides of an image, C×H×W."""
    height, width = image.shape[-2:]
    return image[..., margin : height - margin, margin : width - margin]
