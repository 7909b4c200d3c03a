"""Self-attention of a content without trained parameters, as a map of where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from benchmark.models.feature_statistics import mean_and_standard_deviation

if TYPE_CHECKING:
    from torch import Tensor


def attend(features: Tensor) -> Tensor:
    """Computes the self-attention of features, ``softmax(x^T x / sqrt(C)) x``.

    Args:
        features: C×H×W, at least two positions.

    Returns:
        C×H×W: at each position the mean of all positions, weighted by how alike they are to it. The channels of x have
        mean 0 and deviation 1.
    """
    mean, deviation = mean_and_standard_deviation(features[None])
    positions = ((features[None] - mean) / deviation).flatten(2).transpose(1, 2)
    attended = functional.scaled_dot_product_attention(positions, positions, positions)
    return attended[0].T.reshape(features.shape)


def attention_map(attended: Tensor) -> Tensor:
    """Maps where attention goes: the share of channels that are strongly active, smoothed, from 0 to 1.

    Args:
        attended: C×H×W.

    Returns:
        H×W in [0, 1]; 0 everywhere where all positions are alike.
    """
    strength = attended.abs()
    active = (strength > 2 * strength.mean()).to(attended.dtype).mean(dim=0)
    smooth = functional.avg_pool2d(active[None], kernel_size=3, stride=1, padding=1, count_include_pad=False)[0]
    above = smooth - smooth.min()
    return above / above.max().clamp_min(torch.finfo(above.dtype).tiny)
