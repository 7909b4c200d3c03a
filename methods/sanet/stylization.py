"""Stylization by SANet of pictures of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from benchmark.models.sanet import UPSCALING
from methods.shared.image_geometry import pad_to_multiple, resize_shorter_side

if TYPE_CHECKING:
    from torch import Tensor

    from benchmark.models.sanet import SANet


@torch.no_grad()
def stylize_image(network: SANet, content: Tensor, style: Tensor, passes: int) -> Tensor:
    """Stylizes a content.

    Args:
        network: The network.
        content: 3×H×W in [0, 1], at least 32 pixels high and wide.
        style: 3×H'×W' in [0, 1].
        passes: Times that the picture goes through the network.

    Returns:
        3×H×W in [0, 1].

    Raises:
        ValueError: If the content is too small.
    """
    height, width = content.shape[-2:]
    resized = resize_shorter_side(style, min(height, width))[None]
    images = pad_to_multiple(content[None], UPSCALING)
    for _ in range(passes):
        images = network(images, resized).clamp(0, 1)
    return images[0, :, :height, :width]
