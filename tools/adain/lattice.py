"""Lattices: patterns that a decoder repeats every eight pixels, where the features' own grid lies.

Features at relu4_1 are eight times coarser than the picture. Nothing in the losses of Huang and Belongie 2017 tells a
texture of the style from one that is locked to that grid, which the eye sees at once on flat areas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

PERIOD: Final = 8
_BLUR: Final = 2 * PERIOD + 1


def lattice_loss(images: Tensor, window: int = 64) -> Tensor:
    """Mean square of what repeats every `PERIOD` pixels within windows.

    Args:
        images: RGB, `N x 3 x H x W`, H and W multiples of `window`.
        window: Side of the squares in which the repeated pattern is looked for: `window / PERIOD` cells each way.

    Returns:
        A scalar, in squared units of the images: for `k` cells, white noise alone gives its variance divided by `k`.
    """
    batch, channels, height, width = images.shape
    cells = window // PERIOD
    folded = _without_slow_changes(images).view(
        batch, channels, height // window, cells, PERIOD, width // window, cells, PERIOD
    )
    pattern = folded.mean((3, 6))
    return (pattern - pattern.mean((3, 5), keepdim=True)).square().mean()


def lattice_amplitude(image: Tensor) -> float:
    """Root mean square of the pattern that repeats over a whole picture, in 255ths.

    The median over the cells, so that what the picture shows hardly counts.

    Args:
        image: RGB in [0, 1], `3 x H x W`, H and W multiples of `PERIOD`.
    """
    inner = _without_slow_changes(image[None])[0, :, 2 * PERIOD : -2 * PERIOD, 2 * PERIOD : -2 * PERIOD]
    cells = inner.unflatten(1, (-1, PERIOD)).unflatten(3, (-1, PERIOD)).permute(1, 3, 0, 2, 4).flatten(0, 1)
    pattern = cells.median(0).values
    return 255 * (pattern - pattern.mean((1, 2), keepdim=True)).square().mean().sqrt().item()


def _without_slow_changes(images: Tensor) -> Tensor:
    padded = functional.pad(images, (PERIOD,) * 4, mode="reflect")
    return images - functional.avg_pool2d(padded, _BLUR, stride=1)
