"""Sizes of pictures: contents have any, the generator has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.models.resizing import resize
from torchvision.transforms.v2 import InterpolationMode

if TYPE_CHECKING:
    from torch import Tensor


def resize_picture(picture: Tensor, height: int, width: int) -> Tensor:
    """Resizes a 3×H×W picture in [0, 1], with an antialiased bicubic filter; the aspect changes with the size."""
    return resize(picture, height, width, InterpolationMode.BICUBIC)
