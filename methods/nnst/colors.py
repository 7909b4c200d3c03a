"""The last step of NNST: the content's hues, moved to the style's, under the lightness of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from benchmark.models.float32 import in_float32
from methods.nnst.oklab import oklab_from_rgb, rgb_from_oklab
from methods.shared.color_preservation import match_color

if TYPE_CHECKING:
    from torch import Tensor

_VARIANCE_FLOOR: Final = 1e-4
_COLOURLESS: Final = 6e-5
"""Covariances of a style's hues below this are those of a style without colours."""

_FILTER_PASSES: Final = 5
_EDGE_SHARPNESS: Final = 10.0


# In float32: colours are the picture itself, and covariances of hues are small.
@in_float32
def match_style_colors(stylized: Tensor, content: Tensor, style: Tensor) -> Tensor:
    """Gives a stylized image hues that follow the content's edges and have the style's mean and covariance.

    Args:
        stylized: 3×H×W in [0, 1].
        content: 3×H×W in [0, 1].
        style: 3×H'×W' in [0, 1].

    Returns:
        3×H×W in [0, 1]; lightness and hues stay within the style's ranges.
    """
    lab, content_lab, style_lab = map(oklab_from_rgb, (stylized, content, style))
    lightness = _within(lab[:1], style_lab[:1])
    if _covariance(style_lab[1:]).abs().max() < _COLOURLESS:
        matched = match_color(torch.cat([lightness, lab[1:]]), style_lab, variance_floor=_VARIANCE_FLOOR)
    else:
        hues = match_color(content_lab[1:], style_lab[1:], variance_floor=_VARIANCE_FLOOR)
        matched = torch.cat([lightness, smooth_within_edges(hues, lightness)])
    return rgb_from_oklab(_within(matched, style_lab))


def smooth_within_edges(image: Tensor, guide: Tensor) -> Tensor:
    """Averages 3×3 neighbourhoods five times, each neighbour weighted by ``exp(-10 * difference in the guide)``.

    Args:
        image: C×H×W.
        guide: 1×H×W, in whose edges nothing is to be mixed.
    """
    height, width = guide.shape[-2:]
    neighbours = [
        weight
        for shifted in _shifts(guide, height, width)
        for weight in [torch.exp(-_EDGE_SHARPNESS * (guide - shifted).abs())]
    ]
    total = torch.stack(neighbours).sum(dim=0)
    for _ in range(_FILTER_PASSES):
        shifts = _shifts(image, height, width)
        weighted = [weight * shifted for weight, shifted in zip(neighbours, shifts, strict=True)]
        image = torch.stack(weighted).sum(dim=0) / total
    return image


def _shifts(image: Tensor, height: int, width: int) -> list[Tensor]:
    padded = functional.pad(image[None], (1, 1, 1, 1), mode="replicate")[0]
    return [padded[:, row : row + height, column : column + width] for row in range(3) for column in range(3)]


def _within(image: Tensor, reference: Tensor) -> Tensor:
    """Clamps each channel to the range of the reference's."""
    pixels = reference.flatten(1)
    return image.clamp(pixels.amin(dim=1)[:, None, None], pixels.amax(dim=1)[:, None, None])


def _covariance(image: Tensor) -> Tensor:
    pixels = image.flatten(1)
    centred = pixels - pixels.mean(dim=1, keepdim=True)
    return centred @ centred.T / pixels.shape[1]
