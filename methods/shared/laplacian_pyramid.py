"""Laplacian pyramids: an image as differences between its halvings, which gradients move on every scale at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from benchmark.models.float32 import in_float32

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor


def decompose(image: Tensor, bands: int) -> list[Tensor]:
    """Splits an image into bands and the rest.

    Each band is what is lost when the image before it is halved and enlarged again, both bilinearly; halving rounds
    down. There are fewer bands where a side cannot be halved as often.

    Args:
        image: 1×C×H×W.
        bands: Number of bands.

    Returns:
        The bands, the finest first, and the smallest image at the end.
    """
    pyramid = []
    for _ in range(bands):
        height, width = image.shape[-2:]
        if min(height, width) < 2:
            break
        half = _resized(image, height // 2, width // 2)
        pyramid.append(image - _resized(half, height, width))
        image = half
    return [*pyramid, image]


def collapse(pyramid: Sequence[Tensor]) -> Tensor:
    """Puts an image together again from what `decompose` returned, or from its coarser levels a smaller image.

    Args:
        pyramid: The bands, the finest first, and the smallest image.

    Returns:
        1×C×H×W, the size of the finest band.
    """
    image = pyramid[-1]
    for band in reversed(pyramid[:-1]):
        image = band + _resized(image, *band.shape[-2:])
    return image


def count_scales(image: Tensor, most: int, smallest_side: int) -> int:
    """Counts the scales of an image, each half the one before, whose shorter side keeps a number of pixels.

    Args:
        image: …×H×W; its own size always counts.
        most: Largest number.
        smallest_side: Shorter side of the smallest scale in pixels.
    """
    side = min(image.shape[-2:])
    number = 1
    while number < most and side // 2 >= smallest_side:
        side //= 2
        number += 1
    return number


def descend(
    pyramid: Sequence[Tensor],
    loss: Callable[[Tensor], Tensor],
    steps: int,
    optimizer: Callable[[list[Tensor]], torch.optim.Optimizer],
) -> Tensor:
    """Minimises a loss over an image by its pyramid.

    Args:
        pyramid: The bands and the smallest image; they are not changed.
        loss: Function of the image, 1×C×H×W.
        steps: Number of updates.
        optimizer: Makes an optimiser of the pyramid's levels.

    Returns:
        The image after the last update, 1×C×H×W.

    Raises:
        FloatingPointError: If the loss is not a finite number.
    """
    levels = [level.detach().clone().requires_grad_(True) for level in pyramid]
    updates = optimizer(levels)
    for _ in range(steps):
        updates.zero_grad()
        with torch.enable_grad():
            value = loss(collapse(levels))
            # Gradients have the types of the forward pass, which automatic casting would lower again.
            in_float32(torch.autograd.backward)(value)
        if not math.isfinite(number := value.item()):
            raise FloatingPointError(f"the loss became {number}: the images, weights or learning_rate are too large")
        updates.step()
    return collapse(levels).detach()


def _resized(image: Tensor, height: int, width: int) -> Tensor:
    resized: Tensor = functional.interpolate(image, (height, width), mode="bilinear", align_corners=False)
    return resized
