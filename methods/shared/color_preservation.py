"""Colour matching: a style image gets the content's colours, so that stylizing with it keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from torch import Tensor

_VARIANCE_FLOOR: Final = 1e-5


def match_color(image: Tensor, reference: Tensor, *, variance_floor: float = _VARIANCE_FLOOR) -> Tensor:
    """Maps an image's colours linearly so that their mean and covariance are the reference's.

    ``y = C_r^{1/2} C_x^{-1/2} (x - mean(x)) + mean(r)`` with C the covariance of the pixels plus a floor on the
    diagonal, as Gatys et al. propose in "Preserving Color in Neural Artistic Style Transfer" (2016, arXiv:1606.05897).

    Deviation from naoto0804/pytorch-AdaIN (``coral``): covariances are divided by the number of pixels; there they are
    sums, so that images of different sizes get a contrast that depends on their sizes.

    Args:
        image: C×H×W.
        reference: C×H'×W'.
        variance_floor: Added to each channel's variance, so that an image of one colour can be mapped.

    Returns:
        C×H×W; single pixels can leave [0, 1].
    """
    mean, covariance = _moments(image, variance_floor)
    reference_mean, reference_covariance = _moments(reference, variance_floor)
    colour_map = _power(reference_covariance, 0.5) @ _power(covariance, -0.5)
    mapped = colour_map @ (image.flatten(1).double() - mean) + reference_mean
    return mapped.view(image.shape).to(image.dtype)


def _moments(image: Tensor, variance_floor: float) -> tuple[Tensor, Tensor]:
    pixels = image.flatten(1).double()
    mean = pixels.mean(dim=1, keepdim=True)
    centred = pixels - mean
    floor = variance_floor * torch.eye(len(pixels), dtype=pixels.dtype, device=pixels.device)
    return mean, centred @ centred.T / pixels.shape[1] + floor


def _power(symmetric: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(symmetric)
    power: Tensor = vectors @ torch.diag(values**exponent) @ vectors.T
    return power
