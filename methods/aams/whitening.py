"""Whitening of features, and colouring with the style's covariance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from torch import Tensor

_SMALLEST_VARIANCE: Final = 1e-5
"""Share of the largest variance below which a direction is left out."""
_ROUNDING: Final = 1e-10
"""Share of the features' mean square below which a variance may be rounding alone: float32 has seven digits."""


@dataclass(frozen=True, eq=False)
class WhitenedFeatures:
    """Features without correlations between channels, and the way back.

    Attributes:
        features: C×H×W, of mean 0, whose covariance is the identity on the directions in which the original varies.
        colouring: C×C symmetric root of the original's covariance.
        mean: C means of the original.
    """

    features: Tensor
    colouring: Tensor
    mean: Tensor

    def color(self, features: Tensor) -> Tensor:
        """Gives features, C×H×W, the covariance and means of the original."""
        colored = self.colouring @ features.flatten(1) + self.mean[:, None]
        return colored.view(features.shape)


def whiten(features: Tensor) -> WhitenedFeatures:
    """Whitens features by the inverse symmetric root of their covariance (ZCA).

    Args:
        features: C×H×W.
    """
    # In float32 the smallest variances would be rounding errors, and whitening would blow them up.
    values = features.flatten(1).double()
    mean = values.mean(dim=1, keepdim=True)
    centred = values - mean
    variances, directions = torch.linalg.eigh(centred @ centred.T / values.shape[1])
    smallest = torch.maximum(_SMALLEST_VARIANCE * variances[-1], _ROUNDING * values.square().mean())
    is_kept = variances > smallest
    roots = torch.where(is_kept, variances, 1).sqrt()
    whitening = (directions * (is_kept / roots)) @ directions.T
    colouring = (directions * (is_kept * roots)) @ directions.T
    whitened = (whitening @ centred).to(features.dtype).view(features.shape)
    return WhitenedFeatures(whitened, colouring.to(features.dtype), mean[:, 0].to(features.dtype))
