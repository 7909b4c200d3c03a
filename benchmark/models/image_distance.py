"""What distances between images in a network have in common, and what networks ask of the images they are given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class ImageDistance(nn.Module, ABC):
    """A distance between images, computed from features of each."""

    @abstractmethod
    def features(self, images: Tensor) -> tuple[Tensor, ...]:
        """Everything that ``distance`` needs to know about images, so that a reference is computed only once.

        Args:
            images: N×3×H×W in [0, 1].

        Returns:
            N×C×H'×W' for each layer.

        Raises:
            ValueError: The images have another shape, or are too small.
        """

    @abstractmethod
    def distance(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """Distances between images whose features are known.

        Args:
            first: What ``features`` returned for N images.
            second: What it returned for N images of the same size.

        Returns:
            N distances, not negative.
        """

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Distances between images.

        Args:
            first: N×3×H×W in [0, 1].
            second: N×3×H×W in [0, 1].

        Returns:
            N distances, not negative.

        Raises:
            ValueError: The images have another shape, differ in size, or are too small.
        """
        if first.shape[-2:] != second.shape[-2:]:
            raise ValueError(f"images differ in size: {tuple(first.shape[-2:])} and {tuple(second.shape[-2:])}")
        return self.distance(self.features(first), self.features(second))


def require_images(images: Tensor, smallest_side: int = 1) -> None:
    """Refuses what is no batch of RGB images, or one that is too small for a network.

    Args:
        images: The batch.
        smallest_side: Sides of the smallest images, in pixels.

    Raises:
        ValueError: They are not N×3×H×W, or a side is shorter.
    """
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(f"images must be N×3×H×W, not {'×'.join(map(str, images.shape))}")
    height, width = images.shape[-2:]
    if min(height, width) < smallest_side:
        raise ValueError(f"images of {height}×{width} pixels are too small: both sides must have {smallest_side}")
