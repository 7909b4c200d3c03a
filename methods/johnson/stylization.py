"""Stylization by a transform network of pictures of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from benchmark.models.transform_network import DOWNSCALING
from methods.shared.image_geometry import pad_to_multiple

if TYPE_CHECKING:
    from torch import Tensor

    from benchmark.models.transform_network import TransformNetwork


@torch.no_grad()
def paint(network: TransformNetwork, content: Tensor) -> Tensor:
    """Paints one content.

    Args:
        network: The network.
        content: 3×H×W in [0, 1], at least 8 pixels high and wide; padded by reflection to multiples of 4 and cut back.

    Returns:
        3×H×W in [0, 1].
    """
    height, width = content.shape[-2:]
    padded = pad_to_multiple(255 * content[None], DOWNSCALING)
    painted: Tensor = network(padded)[0, :, :height, :width]
    return (painted / 255).clamp(0, 1)
