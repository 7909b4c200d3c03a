"""SSIM with each of its published windows, and of grey pictures as published programs compute it."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

GREY: Final = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the luma of BT.601, by which OpenCV, PIL and MATLAB turn colours into grey."""

GAUSSIAN_WINDOW: Final = 11
"""Side of the Gaussian window of Wang et al. 2004, in pixels."""

GAUSSIAN_DEVIATION: Final = 1.5
"""Its deviation, in pixels."""

UNIFORM_WINDOW: Final = 7
"""Side of the window of scikit-image's defaults, in pixels."""

_VIEWING_SIDE: Final = 256
"""Shorter side in pixels to which the script of Wang et al. reduces pictures, about."""

_LUMINANCE_CONSTANT: Final = 0.01**2
_CONTRAST_CONSTANT: Final = 0.03**2


def grey_levels(image: Tensor) -> Tensor:
    """Turns a picture into grey, rounded to 8 bits, as it is where programs read files.

    Args:
        image: RGB, 3×H×W in [0, 1].

    Returns:
        1×H×W, float64, in [0, 1].
    """
    weights = torch.tensor(GREY, dtype=torch.float64, device=image.device)
    grey = torch.einsum("chw,c->hw", image.double(), weights)
    return ((grey * 255).round() / 255)[None]


def gaussian_ssim(image: Tensor, reference: Tensor) -> Tensor:
    """Computes SSIM with Gaussian windows of 11×11 and population variances, at full size, without border.

    Args:
        image: C×H×W in [0, 1], sides at least 11 pixels.
        reference: C×H×W in [0, 1].

    Returns:
        One number in [−1, 1], the mean over positions and channels.
    """
    offsets = torch.arange(GAUSSIAN_WINDOW, dtype=torch.float64) - GAUSSIAN_WINDOW // 2
    window = torch.exp(-0.5 * (offsets / GAUSSIAN_DEVIATION).square())
    return _ssim(image, reference, (window / window.sum()).tolist(), 1.0)


def reduced_ssim(grey: Tensor, reference: Tensor) -> Tensor:
    """Computes SSIM as the script of Wang et al. 2004 does: Gaussian windows on reduced pictures.

    They are averaged over squares of max(1, round(shorter side / 256)) pixels, halves rounded up, of which there is one
    at each such distance from the first pixel on; beyond borders a picture is mirrored.

    Args:
        grey: 1×H×W in [0, 1], sides at least 11 pixels.
        reference: 1×H×W in [0, 1].

    Returns:
        One number in [−1, 1].
    """
    # Python's round would take halves to even numbers.
    factor = max(1, int(min(grey.shape[-2:]) / _VIEWING_SIDE + 0.5))
    return gaussian_ssim(_reduced(grey, factor), _reduced(reference, factor))


def uniform_ssim(grey: Tensor, reference: Tensor) -> Tensor:
    """Computes SSIM as scikit-image does by default: windows of 7×7 equal weights, unbiased variances, full size.

    Args:
        grey: 1×H×W in [0, 1], sides at least 7 pixels.
        reference: 1×H×W in [0, 1].

    Returns:
        One number in [−1, 1].
    """
    unbiased = UNIFORM_WINDOW**2 / (UNIFORM_WINDOW**2 - 1)
    return _ssim(grey, reference, [1 / UNIFORM_WINDOW] * UNIFORM_WINDOW, unbiased)


def _ssim(image: Tensor, reference: Tensor, window: list[float], unbiased: float) -> Tensor:
    """Computes SSIM with a window that is the product of one window with itself.

    Args:
        image: C×H×W.
        reference: C×H×W.
        window: Weights of the pixels of a line, which sum to 1.
        unbiased: Factor of variances and covariances.
    """
    products = torch.stack([image, reference, image * image, reference * reference, image * reference])
    x, y, xx, yy, xy = _local_means(products, window)
    variances, covariance = unbiased * (xx - x * x + yy - y * y), unbiased * (xy - x * y)
    luminance = (2 * x * y + _LUMINANCE_CONSTANT) / (x * x + y * y + _LUMINANCE_CONSTANT)
    similarity: Tensor = luminance * (2 * covariance + _CONTRAST_CONSTANT) / (variances + _CONTRAST_CONSTANT)
    return similarity.mean()


def _local_means(images: Tensor, window: list[float]) -> Tensor:
    """Returns weighted means over all windows that lie within pictures, lines first, then columns."""
    for dimension in (-2, -1):
        places = images.shape[dimension] - len(window) + 1
        # Sums of shifted pictures: PyTorch has no fast convolution in double precision.
        means = images.narrow(dimension, 0, places) * window[0]
        for offset, weight in enumerate(window[1:], start=1):
            means.add_(images.narrow(dimension, offset, places), alpha=weight)
        images = means
    return images


def _reduced(image: Tensor, factor: int) -> Tensor:
    if factor == 1:
        return image
    before, after = (factor - 1) // 2, factor // 2
    for dimension in (-2, -1):
        size = image.shape[dimension]
        places = torch.arange(-before, size + after, device=image.device)
        places = torch.where(places < 0, -1 - places, torch.where(places >= size, 2 * size - 1 - places, places))
        image = image.index_select(dimension, places)
    return functional.avg_pool2d(image, factor)
