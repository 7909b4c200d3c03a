"""Statistics of a network's features, by which style is described: moments of the channels and Gram matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.models.float32 import in_float32

if TYPE_CHECKING:
    from torch import Tensor

VARIANCE_FLOOR: Final = 1e-5
"""Added to the variance under the root, as the reference implementation of AdaIN does."""


@in_float32
def mean_and_standard_deviation(features: Tensor) -> tuple[Tensor, Tensor]:
    """Computes each channel's mean and standard deviation over all positions.

    The deviation is ``sqrt(variance + 1e-5)`` with the unbiased variance (divided by ``H * W - 1``), as in
    naoto0804/pytorch-AdaIN.

    Args:
        features: `N x C x H x W`, with at least two positions.

    Returns:
        Mean and standard deviation, each `N x C x 1 x 1`.

    Raises:
        ValueError: If the features are not `N x C x H x W` or have a single position.
    """
    _require_maps(features)
    if features.shape[-1] * features.shape[-2] < 2:
        raise ValueError("the standard deviation of a single position is undefined")
    mean = features.mean(dim=(2, 3), keepdim=True)
    # Written out because Tensor.var is several times slower on CPUs for the channels_last features of VGG19.
    positions = features.shape[-1] * features.shape[-2]
    variance = (features - mean).square().sum(dim=(2, 3), keepdim=True) / (positions - 1)
    return mean, (variance + VARIANCE_FLOOR).sqrt()


def adaptive_instance_normalization(content_features: Tensor, style_features: Tensor) -> Tensor:
    """Gives the content's features the channel means and deviations of the style's.

    ``AdaIN(x, y) = std(y) * (x - mean(x)) / std(x) + mean(y)``, Huang and Belongie 2017 (arXiv:1703.06868), equation 8.

    Args:
        content_features: `N x C x H x W`.
        style_features: `N x C x H' x W'`; the sizes may differ.

    Returns:
        Features with the content's shape.
    """
    if content_features.shape[:2] != style_features.shape[:2]:
        raise ValueError(
            f"content and style features differ in batch or channels: {tuple(content_features.shape)} "
            f"against {tuple(style_features.shape)}"
        )
    content_mean, content_deviation = mean_and_standard_deviation(content_features)
    style_mean, style_deviation = mean_and_standard_deviation(style_features)
    return (content_features - content_mean) / content_deviation * style_deviation + style_mean


@in_float32
def gram_matrix(features: Tensor) -> Tensor:
    """Computes the Gram matrix of the channels, ``F F^T / (H W)`` with ``F`` the `C x HW` features.

    Divided by the number of positions only, as in Gatys' reference implementation
    (leongatys/PytorchNeuralStyleTransfer); the paper leaves it undivided, Johnson et al. 2016 divide by `C H W`.

    Args:
        features: `N x C x H x W`.

    Returns:
        `N x C x C`, symmetric.
    """
    _require_maps(features)
    flat = features.flatten(start_dim=2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def _require_maps(features: Tensor) -> None:
    if features.ndim != 4:
        raise ValueError(f"features must be N x C x H x W, not {tuple(features.shape)}")
