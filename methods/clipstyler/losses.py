"""The losses of CLIPstyler, Kwon and Ye 2022, each as a function of embeddings, features or pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from benchmark.models.feature_scale import UNIT_VARIANCE_SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor


def directional_distances(embeddings: Tensor, source: Tensor, text_directions: Tensor) -> Tensor:
    """Computes ``1 - cos(e - source, text direction)`` of image embeddings.

    Args:
        embeddings: N×D, of unit length.
        source: N×D or 1×D, of unit length: the images before they were stylized.
        text_directions: N×D or 1×D, of any length.

    Returns:
        N values in [0, 2].
    """
    return 1 - functional.cosine_similarity(embeddings - source, text_directions, dim=-1)


def reject_below(distances: Tensor, threshold: float | Tensor) -> Tensor:
    """Sets distances below a threshold, or each its own, to 0: those patches are stylized enough and not pushed."""
    return torch.where(distances < threshold, torch.zeros_like(distances), distances)


def content_distance(
    features: Mapping[str, Tensor], targets: Mapping[str, Tensor], weights: Mapping[str, Tensor] | None = None
) -> Tensor:
    """Sums the mean squared differences of the features over the layers of the targets.

    The authors' weight belongs to torchvision's VGG-19, so the differences are taken on the scale of a network for
    colours of unit variance.

    Args:
        features: Features by layer, on the scale of the original network, as `Models.vgg` delivers them.
        targets: Features by layer to compare them with.
        weights: Weights of the places by layer, h×w with mean 1; without them all count alike.
    """
    if weights is None:
        distances = [functional.mse_loss(features[layer], target) for layer, target in targets.items()]
    else:
        distances = [(weights[layer] * (features[layer] - target).square()).mean() for layer, target in targets.items()]
    return UNIT_VARIANCE_SCALE**2 * torch.stack(distances).sum()


def total_variation(images: Tensor) -> Tensor:
    """Sums the L2 norms of the differences to the right, lower and both diagonal neighbours (a norm, not a mean).

    Args:
        images: N×3×H×W.
    """
    right = images[..., :, :-1] - images[..., :, 1:]
    down = images[..., :-1, :] - images[..., 1:, :]
    rising = images[..., 1:, :-1] - images[..., :-1, 1:]
    falling = images[..., :-1, :-1] - images[..., 1:, 1:]
    return torch.stack([torch.linalg.vector_norm(part) for part in (right, down, rising, falling)]).sum()
