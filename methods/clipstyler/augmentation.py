"""Random crops in random perspective, which CLIPstyler shows to the text-image model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

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


def choose_crops(crops: Sequence[Crop], chances: Tensor, count: int, generator: Generator) -> tuple[Crop, ...]:
    """Chooses crops without replacement, each time with probabilities in proportion to their chances.

    By the Gumbel top-k trick: those with the largest ``log(chance) + noise``. The noise does not depend on the chances,
    so with one seed other chances choose among the same crops by the same draws.

    Args:
        crops: The candidates.
        chances: One number at least 0 for each.
        count: How many are chosen, at most as many as there are.
        generator: The only source of randomness.
    """
    noise = -torch.log(-torch.log(torch.rand(len(crops), generator=generator, dtype=torch.float64)))
    keys = chances.cpu().double().clamp_min(torch.finfo(torch.float64).tiny).log() + noise
    return tuple(crops[index] for index in sorted(keys.topk(count).indices.tolist()))


def mean_in_windows(maps: Tensor, crops: Sequence[Crop]) -> Tensor:
    """Averages K maps, K×H×W, over the windows of C crops, without regard to perspective: C×K."""
    windows = (maps[:, crop.top : crop.top + crop.size, crop.left : crop.left + crop.size] for crop in crops)
    return torch.stack([window.mean(dim=(1, 2)) for window in windows])


def cut_crops(images: Tensor, crops: Sequence[Crop], size: int) -> Tensor:
    """Cuts, distorts and resizes crops in one pass: each pixel of a result reads the image where it comes from.

    The two steps of the authors' script, a bilinear perspective of the window and a bilinear resize of that, are one
    bilinear reading here, at the composed place. What the perspective uncovers is black, and fades within a pixel of
    the window's border as in torchvision. Windows larger than the results are read from the nearest level of a pyramid
    that shrinks by the square root of 2, so that they are not aliased. On photographs the difference to the two steps,
    which smooth twice, is below 0.02 in the mean (`tests/methods/test_clipstyler.py`).

    Args:
        images: N×3×H×W.
        crops: C windows, each cut from every image.
        size: Side of the results in pixels.

    Returns:
        C×N×3×size×size, differentiable with respect to the images.
    """
    by_level: dict[int, list[int]] = {}
    for index, crop in enumerate(crops):
        by_level.setdefault(_pyramid_level(crop.size / size), []).append(index)
    views = [
        _read(_shrink(images, level), *_places([crops[index] for index in indices], size, images))
        for level, indices in by_level.items()
    ]
    if len(views) == 1:
        return views[0]
    order = torch.tensor([index for indices in by_level.values() for index in indices])
    return torch.cat(views)[order.argsort().to(images.device)]


def _pyramid_level(scale: float) -> int:
    return max(0, round(2 * math.log2(scale)))


def _shrink(images: Tensor, level: int) -> Tensor:
    if level == 0:
        return images
    size = [max(1, round(side / 2 ** (level / 2))) for side in images.shape[-2:]]
    shrunk: Tensor = functional.interpolate(images, size=size, mode="bilinear", antialias=True, align_corners=False)
    return shrunk


def _read(images: Tensor, places: Tensor, visibility: Tensor) -> Tensor:
    """Reads N images at C grids, one above the other so that no image is repeated: C×N×3×S×S."""
    count, size = places.shape[:2]
    grids = places.flatten(0, 1)[None].expand(len(images), -1, -1, -1)
    rows = functional.grid_sample(images, grids, mode="bilinear", padding_mode="border", align_corners=False)
    views = rows.view(len(images), images.shape[1], count, size, size) * visibility
    return views.permute(2, 0, 1, 3, 4)


def _places(crops: Sequence[Crop], size: int, images: Tensor) -> tuple[Tensor, Tensor]:
    """Computes where the pixels of C views come from.

    Returns:
        Places as `grid_sample` wants them, C×S×S×2 in [-1, 1], and visibility, C×S×S in [0, 1]: 0 outside the window.
    """
    sides = torch.tensor([crop.size for crop in crops], dtype=torch.float64).view(-1, 1, 1)
    steps = torch.arange(size, dtype=torch.float64) + 0.5
    # Centres of the views' pixels in the window, 0.5 for its first; those beyond its outer pixels' centres stop there.
    centres = (steps * sides[:, :, 0] / size).clamp_min(0.5).minimum(sides[:, :, 0] - 0.5)
    x, y = centres[:, None, :], centres[:, :, None]
    a, b, c, d, e, f, g, h = (column.view(-1, 1, 1) for column in _homographies(crops).unbind(dim=1))
    depth = g * x + h * y + 1
    columns, rows = (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
    visibility = torch.ones(())
    normalised = []
    for place, corner, length in (
        (columns, [crop.left for crop in crops], images.shape[-1]),
        (rows, [crop.top for crop in crops], images.shape[-2]),
    ):
        visibility = visibility * (place + 0.5).clamp(0, 1) * (sides + 0.5 - place).clamp(0, 1)
        inside = place.clamp_min(0.5).minimum(sides - 0.5)
        normalised.append(2 * (inside + torch.tensor(corner).view(-1, 1, 1)) / length - 1)
    return torch.stack(normalised, dim=-1).to(images), visibility.to(images)


def _homographies(crops: Sequence[Crop]) -> Tensor:
    """Returns the perspectives that take places in the views back to places in the windows, C×8, as torchvision's."""
    seen = torch.tensor([crop.corners for crop in crops], dtype=torch.float64)
    last = torch.tensor([crop.size - 1 for crop in crops], dtype=torch.float64).view(-1, 1, 1)
    source = last * torch.tensor([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=torch.float64)
    ones, zeros = torch.ones(len(crops), 4), torch.zeros(len(crops), 4)
    (x, y), (to_x, to_y) = seen.unbind(dim=-1), source.unbind(dim=-1)
    equations = torch.cat(
        [
            torch.stack([x, y, ones, zeros, zeros, zeros, -to_x * x, -to_x * y], dim=-1),
            torch.stack([zeros, zeros, zeros, x, y, ones, -to_y * x, -to_y * y], dim=-1),
        ],
        dim=1,
    )
    solution: Tensor = torch.linalg.solve(equations, torch.cat([to_x, to_y], dim=1))
    return solution
