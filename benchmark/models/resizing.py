"""Resizing as PIL does it, which the transforms of the published networks use, but differentiable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as transforms

if TYPE_CHECKING:
    from torch import Tensor


def resize(images: Tensor, height: int, width: int, interpolation: InterpolationMode) -> Tensor:
    """Resizes images with an antialiased filter, first their rows, then their columns, each clamped to [0, 1].

    PIL keeps pictures in 8 bits between its two passes and after them, so what a filter with negative weights
    (bicubic) overshoots at an edge is cut off twice; cutting it off once differs by up to 0.12. Deviation: no rounding
    to 8 bits, of which both passes together make at most 1.25 / 255. The gradient is 0 where a value was cut off.

    Args:
        images: …×H×W in [0, 1].
        height: H of the result, in pixels.
        width: W of the result, in pixels.
        interpolation: The filter.

    Returns:
        …×height×width in [0, 1].
    """
    for size in ([images.shape[-2], width], [height, width]):
        # A pass that changes nothing is left out: images outside [0, 1] are the caller's business.
        if list(images.shape[-2:]) != size:
            images = transforms.resize(images, size, interpolation, antialias=True).clamp(0, 1)
    return images


def resize_shorter_side(images: Tensor, side: int, interpolation: InterpolationMode) -> Tensor:
    """Resizes images to a shorter side, as ``resize`` does; the longer one is rounded down, as in torchvision.

    Args:
        images: …×H×W in [0, 1].
        side: Shorter side of the result, in pixels.
        interpolation: The filter.
    """
    height, width = images.shape[-2:]
    longer = int(side * max(height, width) / min(height, width))
    return resize(images, *((side, longer) if height <= width else (longer, side)), interpolation)
