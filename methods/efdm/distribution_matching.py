"""Exact feature distribution matching: the content's values get the style's values of their rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor


def match_region(content_features: Tensor, style_features: Tensor, share: Tensor) -> Tensor:
    """Gives the content's features, weighted by a region, the style's distribution in each channel.

    In each channel the content's k-th smallest value becomes the style's k-th smallest; equal values of the content are
    ranked in the order of their positions. Where the numbers of values differ, or positions count unequally, a value
    becomes the style's quantile at ``sum of the weights before it + half its own``, the style's sorted values standing
    at the quantiles ``(k - 1/2) / n`` with straight lines between them. With equal numbers and a share that is the same
    everywhere these are the style's values themselves.

    Args:
        content_features: 1×C×H×W.
        style_features: 1×C×H'×W'.
        share: H×W, at least 0.

    Returns:
        1×C×H×W; meaningful only where the share is above 0.
    """
    values = content_features.flatten(2)[0].contiguous()
    wanted = style_features.flatten(2)[0].contiguous().sort(dim=1).values
    order = values.argsort(dim=1, stable=True)
    if bool(share.min() == share.max()):
        ranked = functional.interpolate(wanted[None], size=values.shape[1], mode="linear", align_corners=False)[0]
    else:
        ranked = _quantiles(wanted, share.flatten().double()[order])
    matched = torch.empty_like(values).scatter_(1, order, ranked)
    return matched.view(content_features.shape)


def _quantiles(wanted: Tensor, weights: Tensor) -> Tensor:
    """Returns the style's quantiles at weights in the order of rank.

    Args:
        wanted: The style's values, C×M, sorted.
        weights: Weight of each of the content's values, C×N, in the order of their ranks.

    Returns:
        C×N, of the type of ``wanted``.
    """
    last = wanted.shape[1] - 1
    # An empty region, whose result has no weight, divides by 1.
    total = weights.sum(dim=1, keepdim=True).clamp_min(torch.finfo(weights.dtype).tiny)
    quantiles = (weights.cumsum(dim=1) - weights / 2) / total
    places = (quantiles * wanted.shape[1] - 0.5).clamp(0, last)
    below = places.long()
    part = (places - below).to(wanted.dtype)
    return torch.lerp(wanted.gather(1, below), wanted.gather(1, (below + 1).clamp_max(last)), part)
