"""Hypercolumns at chosen pixels: colours and the features of several layers, read at the places of the pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from benchmark.models.feature_scale import UNIT_VARIANCE_SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.vgg import VGG


class FeatureMaps:
    """The colours of an image and its features on the scale of torchvision's networks, to be read at pixels.

    The features of block b are read at the pixel's place divided by ``2 ** (b - 1)``.

    Args:
        vgg: The network.
        image: 1×3×H×W in [0, 1].
        layers: Names of the layers.
    """

    def __init__(self, vgg: VGG, image: Tensor, layers: Sequence[str]) -> None:
        features: dict[str, Tensor] = vgg(image, layers)
        self._maps = [(image, 1.0, 1)]
        self._maps += [(maps, UNIT_VARIANCE_SCALE, 2 ** (int(layer[4]) - 1)) for layer, maps in features.items()]

    def interpolated(self, pixels: Tensor) -> Tensor:
        """Reads hypercolumns, N×D, at pixels, N×2 rows and columns, bilinearly."""
        return torch.cat([scale * _interpolated(maps, pixels / step) for maps, scale, step in self._maps], dim=1)

    def floored(self, pixels: Tensor) -> Tensor:
        """Reads hypercolumns, N×D, at pixels, N×2 rows and columns, from the positions above and to the left."""
        return torch.cat([scale * _read(maps, pixels // step) for maps, scale, step in self._maps], dim=1)


def draw_pixels(height: int, width: int, number: int, generator: Generator) -> Tensor:
    """Draws different pixels of an image: N×2 rows and columns, all of them where there are not more."""
    chosen = torch.randperm(height * width, generator=generator)[:number]
    return torch.stack([chosen // width, chosen % width], dim=1)


def draw_grid(height: int, width: int, generator: Generator, side: int = 128) -> Tensor:
    """Draws a grid of pixels about as many as a square of a side has: N×2 rows and columns.

    Args:
        height: Height of the image in pixels.
        width: Its width.
        generator: Draws the place of the grid.
        side: Side of the square; the grid's step is the whole part of ``sqrt(H W) / side``, at least 1.
    """
    step = max(1, int((height * width) ** 0.5) // side)
    row, column = (int(torch.randint(min(step, end), (), generator=generator)) for end in (height, width))
    return torch.cartesian_prod(torch.arange(row, height, step), torch.arange(column, width, step))


def _interpolated(maps: Tensor, places: Tensor) -> Tensor:
    corner = places.floor()
    rows, columns = (places - corner).to(maps).T[..., None]
    corner = corner.long()
    read = [_read(maps, corner + corner.new_tensor(shift)) for shift in ((0, 0), (0, 1), (1, 0), (1, 1))]
    upper: Tensor = (1 - columns) * read[0] + columns * read[1]
    lower: Tensor = (1 - columns) * read[2] + columns * read[3]
    interpolated: Tensor = (1 - rows) * upper + rows * lower
    return interpolated


def _read(maps: Tensor, places: Tensor) -> Tensor:
    height, width = maps.shape[-2:]
    index = places[:, 0].clamp_max(height - 1) * width + places[:, 1].clamp_max(width - 1)
    # The network's maps lie in memory position by position, so that this is a view of them.
    vectors = maps[0].permute(1, 2, 0).reshape(height * width, -1)
    return vectors.index_select(0, index.to(maps.device))
