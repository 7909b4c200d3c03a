"""Sliced Wasserstein distance of features: how differently they are distributed, wherever in the picture they are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

DIRECTIONS: Final = 64
"""Directions that features are projected on."""

QUANTILES: Final = 256
"""Quantiles that are kept of the projections on a direction."""

_SEED: Final = 0
_SMALLEST_LENGTH: Final = 1e-8
"""Features that are shorter count as zero, which has no direction."""


def projected_quantiles(features: Tensor) -> Tensor:
    """Projects features of unit length on fixed directions and returns the quantiles of each projection.

    The features of each position are divided by their length over the channels, and their projections multiplied by
    √C, so that layers of few and of many channels C have numbers of one order. Quantiles are the projections of rank
    ``⌊(k + ½) n / 256⌋`` among the n positions, k from 0 to 255: whatever n is, there are as many.

    Args:
        features: N×C×H×W, C at least 64.

    Returns:
        N×64×256, rising along the last dimension.
    """
    channels, positions = features.shape[1], features.shape[2] * features.shape[3]
    rows = features.flatten(start_dim=2)
    # Projected first, divided afterwards: no second copy of all channels is made.
    lengths = torch.linalg.vector_norm(rows, dim=1, keepdim=True).clamp_min(_SMALLEST_LENGTH)
    projections = (torch.from_numpy(directions(channels)).to(rows) @ rows).div_(lengths).mul_(channels**0.5)
    ranks = ((torch.arange(QUANTILES, device=features.device) + 0.5) * (positions / QUANTILES)).long()
    quantiles: Tensor = _sorted(projections)[..., ranks]
    return quantiles


def distance(first: Tensor, second: Tensor) -> Tensor:
    """Computes the sliced Wasserstein-1 distance of two distributions from their quantiles, as a scalar.

    ``mean_k mean_q |F_k⁻¹(q) − G_k⁻¹(q)|`` over directions k and quantiles q: how far features have to be moved along a
    direction, in the mean, until the one distribution is the other.

    Args:
        first: 64×256, as ``projected_quantiles`` gives them.
        second: 64×256 others.
    """
    return (first - second).abs().mean()


@cache
def directions(channels: int) -> NDArray[np.float32]:
    """Returns 64 orthonormal directions among so many channels, 64×C: always the same.

    They are drawn from normal numbers of NumPy's `RandomState`, whose stream never changes, and made orthonormal.
    """
    drawn = np.random.RandomState(_SEED).standard_normal((channels, DIRECTIONS))
    found: NDArray[np.float32] = np.ascontiguousarray(np.linalg.qr(drawn)[0].T, dtype=np.float32)
    return found


def _sorted(rows: Tensor) -> Tensor:
    """Sorts along the last dimension; on a processor in place, by NumPy, which takes a fifteenth of torch's time."""
    if rows.device.type == "cpu":
        rows.numpy().sort(axis=-1)
        return rows
    return rows.sort(dim=-1).values
