"""Fusion of stroke sizes along the clusters of an attention map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from torch import Tensor

_ROUNDS: Final = 80


def cluster_centers(attention: Tensor, clusters: int) -> Tensor:
    """Finds cluster centres of the values of a map by k-means.

    It starts from evenly spaced quantiles, so nothing is drawn at random, and a cluster that becomes empty keeps its
    centre.

    Args:
        attention: H×W.
        clusters: Number of clusters.

    Returns:
        The centres, ascending.
    """
    # Float64 sums, so that the order of the threads' additions moves no value to another cluster.
    values = attention.flatten().double()
    starts = (torch.arange(clusters, dtype=values.dtype, device=values.device) + 0.5) / clusters
    centers = values.quantile(starts)
    for _ in range(_ROUNDS):
        nearest = (values[:, None] - centers).abs().argmin(dim=1)
        sums, sizes = torch.zeros_like(centers), torch.zeros_like(centers)
        sums.index_add_(0, nearest, values)
        sizes.index_add_(0, nearest, torch.ones_like(values))
        moved = torch.where(sizes > 0, sums / sizes.clamp_min(1), centers)
        if torch.equal(moved, centers):
            break
        centers = moved
    return centers.sort().values.to(attention.dtype)


def stroke_weights(attention: Tensor, strokes: int, sharpness: float) -> Tensor:
    """Computes how much of each stroke there is at each position.

    ``softmax over k of sharpness * (1 - |attention - center_k|)``

    Args:
        attention: H×W.
        strokes: Number of strokes K, which is that of the clusters; the first is for the least attention.
        sharpness: Factor of the closeness to a centre.

    Returns:
        K×H×W; the sum over K is 1.
    """
    distances = (attention - cluster_centers(attention, strokes)[:, None, None]).abs()
    return (sharpness * (1 - distances)).softmax(dim=0)
