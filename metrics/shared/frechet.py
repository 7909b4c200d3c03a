"""Fréchet distance of normal distributions that are fitted to features."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Normal:
    """A normal distribution.

    Attributes:
        mean: D numbers, as float64.
        factor: R×D, as float64: its product with itself, ``factorᵀ factor``, is the covariance.
    """

    mean: Tensor
    factor: Tensor


def fit_normal(features: Tensor) -> Normal:
    """Fits a normal distribution, with the unbiased covariance.

    Args:
        features: N×D, N at least 2.
    """
    import torch

    features = features.double()
    mean = features.mean(dim=0)
    factor = (features - mean) / math.sqrt(len(features) - 1)
    # The triangular factor has the same products with itself, and no more rows than there are features.
    return Normal(mean, torch.linalg.qr(factor, mode="r").R if len(factor) > factor.shape[1] else factor)


def frechet_distance(first: Normal, second: Normal) -> float:
    """Returns ``‖μ_x − μ_y‖² + tr(Σ_x + Σ_y − 2 (Σ_x Σ_y)^½)``, which is not negative.

    The trace of the root is the sum of the singular values of the product of the factors: exact where covariances are
    singular, which is where other implementations add something to their diagonals.

    Args:
        first: A normal distribution.
        second: Another of as many features.
    """
    import torch

    root = torch.linalg.svdvals(first.factor @ second.factor.T).sum()
    traces = first.factor.square().sum() + second.factor.square().sum()
    distance: float = ((first.mean - second.mean).square().sum() + traces - 2 * root).item()
    return max(0.0, distance)


def frechet_distance_of_features(first: Tensor, second: Tensor) -> float:
    """Returns the Fréchet distance of the normal distributions fitted to two sets of features.

    Args:
        first: N×D.
        second: M×D.

    Returns:
        A number, not negative; NaN if either set has a single row, which has no covariance.
    """
    if min(len(first), len(second)) < 2:
        return math.nan
    return frechet_distance(fit_normal(first), fit_normal(second))
