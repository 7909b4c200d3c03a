"""The losses of STROTSS, each as a function of sampled hypercolumns or colours.

Their products are in float32 always: which vectors are nearest, and how far a covariance or a distance is from another,
hangs on small differences of large products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import torch
from torch.nn import functional

from benchmark.models.float32 import in_float32

if TYPE_CHECKING:
    from torch import Tensor

_SMALLEST_SQUARE: Final = 1e-5
"""Squared distances of colours are taken to be at least this, where the root's gradient has no end."""

_SMALLEST_SUM: Final = 1e-4
"""Sums of distances are taken to be at least this: those of a picture of one colour are rounding errors."""


@in_float32
def cosine_distances(first: Tensor, second: Tensor) -> Tensor:
    """Computes ``1 - cos`` of each vector of one set, N×D, and each of another, M×D, as N×M."""
    return 1 - functional.normalize(first, dim=1) @ functional.normalize(second, dim=1).T


@in_float32
def euclidean_distances(first: Tensor, second: Tensor) -> Tensor:
    """Computes ``sqrt(max(squared distance, 1e-5) / D)`` of each vector of N×D and each of M×D, as N×M."""
    squares = first.square().sum(dim=1)[:, None] + second.square().sum(dim=1) - 2 * first @ second.T
    return (squares.clamp_min(_SMALLEST_SQUARE) / first.shape[1]).sqrt()


def relaxed_transport(distances: Tensor) -> Tensor:
    """Bounds the cost of moving one set to another from below, by the larger of the two one-sided costs.

    In each, every vector of one set goes to its nearest of the other.

    Args:
        distances: N×M.
    """
    return torch.maximum(distances.amin(dim=1).mean(), distances.amin(dim=0).mean())


@in_float32
def feature_transport(features: Tensor, style: Tensor) -> Tensor:
    """Computes the relaxed transport of hypercolumns by cosine distance.

    Args:
        features: N×D, which get gradients.
        style: M×D of unit length.
    """
    vectors = functional.normalize(features, dim=1)
    # Which pairs are nearest is found apart: through them alone flows the gradient, not through all N×M.
    with torch.no_grad():
        similarity = vectors @ style.T
        of_features, of_style = similarity.argmax(dim=1), similarity.argmax(dim=0)
        forth, back = similarity.amax(dim=1).mean(), similarity.amax(dim=0).mean()
    if forth <= back:
        return 1 - (vectors * style[of_features]).sum(dim=1).mean()
    return 1 - (vectors[of_style] * style).sum(dim=1).mean()


def palette_transport(colours: Tensor, style: Tensor) -> Tensor:
    """Computes the relaxed transport of colours, N×3 and M×3, by the sum of cosine and Euclidean distance.

    The authors decorrelate the colours first, by an orthonormal matrix. It changes neither distance, so there is none.
    """
    return relaxed_transport(cosine_distances(colours, style) + euclidean_distances(colours, style))


@in_float32
def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Computes the mean, D, and the biased covariance, D×D, of vectors, N×D."""
    mean = features.mean(dim=0)
    centred = features - mean
    return mean, centred.T @ centred / len(features)


def moment_distance(features: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
    """Sums the mean absolute differences of mean and covariance of vectors, N×D, from given ones."""
    own_mean = features.mean(dim=0)
    spread: Tensor = _CovarianceDistance.apply(features - own_mean, covariance)
    return (own_mean - mean).abs().mean() + spread


class _CovarianceDistance(torch.autograd.Function):
    """Mean absolute difference of the covariance of centred vectors from a given one.

    Written out because automatic differentiation multiplies by the D×D signs twice, once for each factor of the
    covariance, where one product doubled is the same: a third of all products of a step.
    """

    @staticmethod
    @in_float32
    def forward(context: Any, centred: Tensor, covariance: Tensor) -> Tensor:
        difference = (centred.T @ centred).div_(len(centred)).sub_(covariance)
        distance = difference.abs().mean()
        context.save_for_backward(centred, difference.sign_())
        return distance

    @staticmethod
    @in_float32
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        centred, signs = context.saved_tensors
        return (2 / (len(centred) * signs.numel()) * gradient) * (centred @ signs), None


def self_similarity(features: Tensor) -> Tensor:
    """Computes all cosine distances among vectors, N×D, each column divided by its sum."""
    distances = cosine_distances(features, features)
    return distances / distances.sum(dim=0, keepdim=True).clamp_min(_SMALLEST_SUM)


def content_distance(features: Tensor, content: Tensor) -> Tensor:
    """Computes N times the mean absolute difference of the self-similarities of two sets of vectors, N×D."""
    difference = self_similarity(features) - self_similarity(content)
    return len(features) * difference.abs().mean()
