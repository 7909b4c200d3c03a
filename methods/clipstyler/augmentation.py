"""Random crops in random perspective, which CLIPstyler shows to the text-image model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import perspective, resize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

PERSPECTIVE_DISTORTION: Final = 0.5
"""Largest inward move of a corner, as a share of half the side."""


@dataclass(frozen=True)
class Crop:
    """A square window and the perspective it is seen from.

    Attributes:
        top: First row, in pixels.
        left: First column, in pixels.
        size: Side of the window, in pixels.
        corners: Positions within the window, in pixels (x, y), to which its corners move: top left, top right,
            bottom right, bottom left.
    """

    top: int
    left: int
    size: int
    corners: tuple[tuple[int, int], ...]


def draw_crops(height: int, width: int, count: int, sizes: tuple[int, int], generator: Generator) -> tuple[Crop, ...]:
    """Draws windows of uniform size and place, each with torchvision's random perspective at distortion 0.5.

    Args:
        height: Height of the image in pixels.
        width: Width of the image in pixels.
        count: Number of windows.
        sizes: Smallest and largest side in pixels, both lowered to the image's shorter side.
        generator: The only source of randomness.
    """
    smallest, largest = (min(size, height, width) for size in sizes)
    return tuple(_draw_crop(height, width, _integer(smallest, largest, generator), generator) for _ in range(count))


def _draw_crop(height: int, width: int, size: int, generator: Generator) -> Crop:
    top, left = _integer(0, height - size, generator), _integer(0, width - size, generator)
    reach = int(PERSPECTIVE_DISTORTION * (size // 2))
    last = size - 1
    corners = tuple(
        (abs(x - _integer(0, reach, generator)), abs(y - _integer(0, reach, generator)))
        for x, y in ((0, 0), (last, 0), (last, last), (0, last))
    )
    return Crop(top, left, size, corners)


def _integer(low: int, high: int, generator: Generator) -> int:
    return int(torch.randint(low, high + 1, (), generator=generator))


def cut_crops(images: Tensor, crops: Sequence[Crop], size: int) -> Tensor:
    """Cuts, distorts and resizes crops (all bilinear; what the perspective uncovers is black).

    Args:
        images: N×3×H×W.
        crops: C windows, each cut from every image.
        size: Side of the results in pixels.

    Returns:
        C×N×3×size×size, differentiable with respect to the images.
    """
    return torch.stack([_cut_crop(images, crop, size) for crop in crops])


def _cut_crop(images: Tensor, crop: Crop, size: int) -> Tensor:
    last = crop.size - 1
    window = images[..., crop.top : crop.top + crop.size, crop.left : crop.left + crop.size]
    seen = perspective(
        window,
        startpoints=[[0, 0], [last, 0], [last, last], [0, last]],
        endpoints=[list(corner) for corner in crop.corners],
        interpolation=InterpolationMode.BILINEAR,
    )
    resized: Tensor = resize(seen, [size, size], interpolation=InterpolationMode.BILINEAR, antialias=True)
    return resized
