"""The common base of learned perceptual distances: LPIPS and its descendants."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Final

import torch

from benchmark.models.image_distance import ImageDistance, require_images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

SMALLEST_SIDE: Final = 32
"""Sides of the smallest images, in pixels: what is smaller vanishes in the networks' last layers."""

_NORM_FLOOR: Final = 1e-10
"""Added to the norm of a feature vector before dividing by it, as the reference implementations do."""


class PerceptualDistance(ImageDistance):
    """A distance between images: weighted squared differences of unit-length features of several layers.

    ``d(x, y) = Σ_l mean_hw Σ_c w_lc (f_lchw(x) − f_lchw(y))²``, where ``f`` has unit length over the channels ``c`` at
    each position and ``w`` was fitted to judgements of people (Zhang et al. 2018, arXiv:1801.03924, equation 1).
    The distance of an image to itself is exactly 0. It depends on the network and on the resolution.
    """

    @abstractmethod
    def activations(self, images: Tensor) -> Sequence[Tensor]:
        """Computes the activations of the layers that are compared.

        Args:
            images: N×3×H×W in [0, 1].

        Returns:
            N×C×H'×W' for each layer.
        """

    @abstractmethod
    def channel_weights(self) -> Sequence[Tensor]:
        """Returns the C weights ``w`` of each layer, not negative."""

    def features(self, images: Tensor) -> tuple[Tensor, ...]:
        """Computes all that ``distance`` needs of images, so that a reference passes the network only once.

        Args:
            images: N×3×H×W in [0, 1], both sides at least 32 pixels.

        Returns:
            Features of unit length over the channels, N×C×H'×W' for each layer.

        Raises:
            ValueError: The images have another shape, or are too small.
        """
        require_images(images, SMALLEST_SIDE)
        return tuple(_unit_length(activation) for activation in self.activations(images))

    def distance(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """Computes the distances between images whose features are known.

        Args:
            first: Result of ``features`` for N images.
            second: Its result for N images of the same size, or for one that is compared with all.

        Returns:
            N distances, not negative.
        """
        layers = [
            torch.einsum("nchw,c->nhw", (one - other) ** 2, weights).mean(dim=(1, 2))
            for one, other, weights in zip(first, second, self.channel_weights(), strict=True)
        ]
        return torch.stack(layers).sum(dim=0)


def _unit_length(activation: Tensor) -> Tensor:
    norm = (activation**2).sum(dim=1, keepdim=True).sqrt()
    return activation / (norm + _NORM_FLOOR)
