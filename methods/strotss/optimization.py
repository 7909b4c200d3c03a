"""The descent of STROTSS, from coarse to fine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from methods.shared.image_geometry import resize, resize_longer_side
from methods.shared.laplacian_pyramid import count_scales, decompose, descend
from methods.strotss.hypercolumns import FeatureMaps, draw_grid, draw_pixels
from methods.strotss.losses import content_distance, feature_transport, moment_distance, moments, palette_transport

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from benchmark.models.vgg import VGG
    from methods.strotss.settings import STROTSSSettings

SMALLEST_SIDE: Final = 16
"""Shorter side of the smallest scale in pixels: a position of the features after four halvings."""

_BANDS: Final = 5
_LAST_CONTENT_WEIGHT: Final = 2.0


@torch.no_grad()
def transfer(vgg: VGG, settings: STROTSSSettings, content: Tensor, style: Tensor, generator: Generator) -> Tensor:
    """Stylizes a content from the coarsest scale to its own size.

    Args:
        vgg: The network.
        settings: Steps, layers, weights and numbers of samples.
        content: 3×H×W in [0, 1].
        style: 3×H'×W' in [0, 1].
        generator: Draws the positions that are compared.

    Returns:
        3×H×W in [0, 1].
    """
    scales = count_scales(content, len(settings.steps), SMALLEST_SIDE)
    image = style.mean(dim=(1, 2))[:, None, None]
    for coarser in reversed(range(scales)):
        height, width = (side >> coarser for side in content.shape[-2:])
        target = resize(content, height, width)[None]
        reference = resize_longer_side(style, max(height, width), SMALLEST_SIDE)[None]
        image = functional.interpolate(image[None], (height, width), mode="bilinear", align_corners=False)[0]
        is_last = coarser == 0
        if not is_last or scales == 1:
            image = image + decompose(target, 1)[0][0]
        weight = _LAST_CONTENT_WEIGHT * settings.content_weight * 2**coarser
        loss = TransportLoss(vgg, settings, target, reference, weight, generator)
        rate = settings.last_learning_rate if is_last else settings.learning_rate
        steps = settings.steps[-1 - coarser]
        image = descend(decompose(image[None], _BANDS), loss, steps, partial(torch.optim.RMSprop, lr=rate))[0]
    return image.clamp(0, 1)


class TransportLoss:
    """Distance of an image from a content's self-similarity and a style's features and colours.

    Args:
        vgg: The network.
        settings: Layers and numbers of samples.
        content: 1×3×H×W in [0, 1].
        style: 1×3×H'×W' in [0, 1].
        content_weight: Weight of the self-similarity.
        generator: Draws the positions that are compared.
    """

    def __init__(
        self,
        vgg: VGG,
        settings: STROTSSSettings,
        content: Tensor,
        style: Tensor,
        content_weight: float,
        generator: Generator,
    ) -> None:
        self._vgg = vgg
        self._layers = settings.layers
        self._samples = settings.samples
        self._content_weight = content_weight
        self._generator = generator
        with torch.no_grad():
            self._content = FeatureMaps(vgg, content, settings.layers)
            self._grid = draw_grid(content.shape[-2], content.shape[-1], generator)
            drawn = draw_pixels(style.shape[-2], style.shape[-1], settings.style_samples, generator)
            columns = FeatureMaps(vgg, style, settings.layers).floored(drawn)
            self._moments = moments(columns)
            self._colours = columns[:, :3]
            self._style = functional.normalize(columns, dim=1)

    def __call__(self, images: Tensor) -> Tensor:
        """Computes the loss of an image, 1×3×H×W of the content's size, at positions that are drawn."""
        drawn = torch.randperm(len(self._grid), generator=self._generator)[: self._samples]
        pixels = self._grid[drawn]
        columns = FeatureMaps(self._vgg, images, self._layers).interpolated(pixels)
        loss = feature_transport(columns, self._style) + moment_distance(columns, *self._moments)
        loss = loss + palette_transport(columns[:, :3], self._colours) / max(self._content_weight, 1)
        if self._content_weight:
            content = self._content.interpolated(pixels)
            loss = loss + self._content_weight * content_distance(columns, content)
        return loss / (self._content_weight + 2)
