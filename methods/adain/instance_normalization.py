"""Adaptive instance normalization of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from benchmark.models.feature_statistics import VARIANCE_FLOOR, mean_and_standard_deviation

if TYPE_CHECKING:
    from torch import Tensor


def normalize_region(content_features: Tensor, style_features: Tensor, share: Tensor) -> Tensor:
    """Gives the content's features, weighted by a region, the style's channel means and deviations.

    With a share that is the same everywhere this is adaptive instance normalization.

    Args:
        content_features: 1×C×H×W.
        style_features: 1×C×H'×W'.
        share: H×W, at least 0.

    Returns:
        1×C×H×W; meaningful only where the share is above 0.
    """
    style_mean, style_deviation = mean_and_standard_deviation(style_features)
    # The constant factor of a share cancels, and an empty region, whose result has no weight, divides by 1.
    weight = share / share.sum().clamp_min(torch.finfo(share.dtype).tiny)
    positions = share.numel()
    mean = (content_features * weight).sum(dim=(2, 3), keepdim=True)
    variance = (weight * (content_features - mean) ** 2).sum(dim=(2, 3), keepdim=True) * positions / (positions - 1)
    normalized: Tensor = (content_features - mean) / (variance + VARIANCE_FLOOR).sqrt()
    return normalized * style_deviation + style_mean
