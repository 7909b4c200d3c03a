"""The descent of NNST, from coarse to fine, and its final pass."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import torch

from methods.nnst.colors import match_style_colors
from methods.nnst.neighbors import directions, hypercolumns, nearest, normalize_hypercolumns, rotations, rows_of
from methods.shared.image_geometry import resize_longer_side
from methods.shared.laplacian_pyramid import collapse, count_scales, decompose, descend

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from benchmark.models.vgg import VGG
    from methods.nnst.settings import NNSTSettings

SMALLEST_SIDE: Final = 16
"""Shorter side of the smallest scale in pixels: two positions of the features after three halvings."""

_BANDS: Final = 8
_LARGE_SIDE: Final = 1024
"""Longer side in pixels from which the authors keep one more band of the content at the start."""

_LARGEST_MAP: Final = 64
"""Longer side of a map of features above which the final pass takes a part of its positions."""

_RELEASED_PART: Final = 128**2
"""Number of hypercolumns that the released program centres together, where the style has up to twice as many."""


@torch.no_grad()
def transfer(vgg: VGG, settings: NNSTSettings, content: Tensor, style: Tensor, generator: Generator) -> Tensor:
    """Stylizes a content from the coarsest scale to its own size.

    Args:
        vgg: The network.
        settings: Steps, layers and switches.
        content: 3×H×W in [0, 1].
        style: 3×H'×W' in [0, 1].
        generator: Draws the positions that the final pass compares.

    Returns:
        3×H×W in [0, 1].
    """
    scales = count_scales(content, len(settings.steps), SMALLEST_SIDE)
    longer_side = max(content.shape[-2:])
    style = resize_longer_side(style, longer_side, SMALLEST_SIDE << (scales - 1))
    content_pyramid = decompose(content[None], _BANDS)
    style_pyramid = decompose(style[None], _BANDS)
    empty = min(scales - 1, 3 if longer_side < _LARGE_SIDE else 2)
    pyramid = [torch.zeros_like(band) for band in content_pyramid[:empty]] + content_pyramid[empty:]
    optimizer = partial(torch.optim.Adam, lr=settings.learning_rate)
    lost = 1 if settings.released_faults else 0
    for scale in reversed(range(scales)):
        query = collapse(content_pyramid[scale:])
        if scale < scales - 1:
            # The picture so far has no detail of this scale yet; it is searched for with the content's.
            current = collapse([content_pyramid[scale], *pyramid[scale + 1 :]])
            query = settings.alpha * query + (1 - settings.alpha) * current
        loss = NeighborLoss(vgg, settings, query, collapse(style_pyramid[scale:]))
        image = descend(pyramid[scale:], loss, settings.steps[-1 - scale] - lost, optimizer)
        pyramid[scale:] = decompose(image, len(content_pyramid) - 1 - scale)
    if settings.final_steps:
        splitting = SplitLoss(vgg, settings, style[None], generator)
        image = descend(pyramid, splitting, settings.final_steps - lost, optimizer)
    stylized = image[0].clamp(0, 1)
    return match_style_colors(stylized, content, style) if settings.match_colors else stylized


class NeighborLoss:
    """Mean cosine distance of an image's hypercolumns from the style's that are nearest to a query's.

    Args:
        vgg: The network.
        settings: Layers and switches.
        query: The image whose hypercolumns are looked up, 1×3×H×W.
        style: 1×3×H'×W'.
    """

    def __init__(self, vgg: VGG, settings: NNSTSettings, query: Tensor, style: Tensor) -> None:
        self._vgg = vgg
        self._layers = settings.layers
        with torch.no_grad():
            columns = hypercolumns(vgg, query, settings.layers)
            wanted = rows_of(columns[0])
            known = torch.cat(
                [
                    rows_of(hypercolumns(vgg, turned, settings.layers)[0])
                    for turned in rotations(style, rotate=settings.rotate_style)
                ]
            )
            part = len(wanted)
            if settings.released_faults:
                part = _RELEASED_PART // max(1, len(known) // _RELEASED_PART)
            found = torch.cat([nearest(some, known) for some in torch.split(wanted, max(1, part))])
            self._targets = normalize_hypercolumns(known[found].T.reshape_as(columns))

    def __call__(self, images: Tensor) -> Tensor:
        """Computes the loss of an image, 1×3×H×W, of the query's size."""
        columns = normalize_hypercolumns(hypercolumns(self._vgg, images, self._layers))
        return 1 - (self._targets * columns).sum(dim=1).mean()


class SplitLoss:
    """Mean cosine distance of an image's features from the nearest of the style's, summed over the layers.

    Means are subtracted before cosines are taken. Matches are found anew at each call, and for each layer by itself.
    Of maps larger than 64 positions a grid of about that many is compared, at a place that is drawn.

    Args:
        vgg: The network.
        settings: Layers and switches.
        style: 1×3×H×W in [0, 1].
        generator: Draws the places of the grids.
    """

    def __init__(self, vgg: VGG, settings: NNSTSettings, style: Tensor, generator: Generator) -> None:
        self._vgg = vgg
        self._layers = settings.layers
        self._released_faults = settings.released_faults
        self._generator = generator
        found: dict[str, list[Tensor]] = {layer: [] for layer in settings.layers}
        with torch.no_grad():
            for turned in rotations(style, rotate=settings.rotate_style):
                for layer, maps in vgg(turned, settings.layers).items():
                    # Rotations by right angles are laid down so that all maps of a layer have one width.
                    lies = maps.shape[-1] == (found[layer][0] if found[layer] else maps[0]).shape[-1]
                    found[layer].append(maps[0] if lies else maps[0].transpose(1, 2))
            # Layer by layer, so that the rotations of one only are held twice.
            self._style = {layer: torch.cat(found.pop(layer), dim=1) for layer in settings.layers}

    def __call__(self, images: Tensor) -> Tensor:
        """Computes the loss of an image, 1×3×H×W."""
        loss = images.new_zeros(())
        sample: Tensor | None = None
        for layer, maps in self._vgg(images, self._layers).items():
            style = self._style[layer]
            stride = max(maps.shape[-2:]) // _LARGEST_MAP
            if max(maps.shape[-2:]) > _LARGEST_MAP:
                row, column = torch.randint(stride, (2,), generator=self._generator).tolist()
                style = style[:, row::stride, column::stride]
                sample = maps[0, :, row::stride, column::stride]
            elif sample is None or not self._released_faults:
                sample = maps[0]
            loss = loss + _distance_from_nearest(_vectors(sample, len(style)), rows_of(style))
        return loss


def _vectors(sample: Tensor, channels: int) -> Tensor:
    """Lists the vectors of a sample; one of another layer is cut into this many channels, as released."""
    numbers = sample.flatten()
    return numbers[: len(numbers) - len(numbers) % channels].view(channels, -1).T


def _distance_from_nearest(vectors: Tensor, references: Tensor) -> Tensor:
    with torch.no_grad():
        found = references[nearest(vectors, references)]
        aims = directions(found, references.mean(dim=0))
    return 1 - (directions(vectors, vectors.mean(dim=0)) * aims).sum(dim=1).mean()
