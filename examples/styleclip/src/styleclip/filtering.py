"""Filtering of feature maps, also while they are enlarged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

_BINOMIAL: Final = (1.0, 3.0, 3.0, 1.0)


def binomial_kernel(gain: float = 1.0) -> Tensor:
    """Makes the 4×4 low-pass kernel of StyleGAN2, the outer product of (1, 3, 3, 1).

    Args:
        gain: Sum of the kernel.
    """
    kernel = torch.outer(torch.tensor(_BINOMIAL), torch.tensor(_BINOMIAL))
    return kernel * (gain / kernel.sum())


def filter_maps(maps: Tensor, kernel: Tensor, padding: tuple[int, int]) -> Tensor:
    """Convolves every channel with one kernel.

    Args:
        maps: N×C×H×W.
        kernel: K×K.
        padding: Rows and columns of zeros before and after.

    Returns:
        N×C×H'×W', H' = H + padding before and after - K + 1.
    """
    channels = maps.shape[1]
    padded = functional.pad(maps, (*padding, *padding))
    # Convolution proper: torch correlates, so the kernel is turned.
    weights = kernel.flip((0, 1)).expand(channels, 1, *kernel.shape)
    return functional.conv2d(padded, weights, groups=channels)


def double_size(maps: Tensor, kernel: Tensor) -> Tensor:
    """Doubles height and width: a zero after each value, in both directions, and the kernel over all.

    Args:
        maps: N×C×H×W.
        kernel: 4×4, with a sum of 4, so that means stay.

    Returns:
        N×C×2H×2W.
    """
    number, channels, height, width = maps.shape
    spread = maps.new_zeros(number, channels, height, 2, width, 2)
    spread[:, :, :, 0, :, 0] = maps
    return filter_maps(spread.reshape(number, channels, 2 * height, 2 * width), kernel, (2, 1))
