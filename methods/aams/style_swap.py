"""Style swap: every patch of the content is replaced by the style's patch that is most like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

_MOST_PRODUCTS: Final = 2**25
"""Products of a content's and a style's feature that are held in memory at a time: 128 MiB, and as much again."""
_SMALLEST_NORM: Final = 1e-7
"""Added to the norm of a patch of the style, as the original does, so that an empty one is no division by zero."""


def swap_style(content: Tensor, style: Tensor, patch_size: int) -> Tensor:
    """Replaces patches of the content by patches of the style.

    At each position of the content, whose borders are continued by reflection, the patch of the style is taken, out of
    those around all of its positions, with zeros beyond its borders, whose product with the content's patch, divided by
    its norm, is largest. Where patches overlap, their mean counts.

    Args:
        content: C×H×W, at least two positions high and wide.
        style: C×H'×W'.
        patch_size: Side of the patches, in positions; smaller where the content is too small to be continued. An even
            one stands one position further up and left than down and right.

    Returns:
        C×H×W.
    """
    side = min(patch_size, 2 * min(content.shape[1:]) - 1)
    before, after = (side - 1) // 2, side - 1 - (side - 1) // 2
    borders = (before, after, before, after)
    padded = functional.pad(style, borders)
    best = _best_patches(functional.pad(content[None], borders, mode="reflect")[0], padded, side)
    return _assemble(best, padded, side, before)


def _best_patches(content: Tensor, style: Tensor, side: int) -> Tensor:
    """Returns the place of the best patch of the style for each patch of the content.

    Args:
        content: C×H×W.
        style: C×H'×W'.
        side: Side of the patches.

    Returns:
        (H - side + 1)×(W - side + 1) positions of the patches' upper left corners in the style, row by row.
    """
    height, width = (length - side + 1 for length in content.shape[1:])
    rows, columns = (length - side + 1 for length in style.shape[1:])
    squares = functional.avg_pool2d(style.square().sum(dim=0)[None], side, stride=1)[0] * side**2
    norms = squares.clamp_min(0).sqrt() + _SMALLEST_NORM
    style_positions = style.flatten(1)
    in_memory = max(1, _MOST_PRODUCTS // (content.shape[2] * style_positions.shape[1]) - side + 1)
    best = []
    for top in range(0, height, in_memory):
        strip = content[:, top : min(top + in_memory, height) + side - 1]
        # The product of two patches is the sum of products of single positions, each of which is computed once.
        products = (strip.flatten(1).T @ style_positions).view(*strip.shape[1:], *style.shape[1:])
        along = products[:, :width, :, :columns].clone()
        for shift in range(1, side):
            along += products[:, shift : shift + width, :, shift : shift + columns]
        del products
        high = strip.shape[1] - side + 1
        patches = along[:high, :, :rows].clone()
        for shift in range(1, side):
            patches += along[shift : shift + high, :, shift : shift + rows]
        best.append((patches / norms).flatten(2).argmax(dim=2))
    found = torch.cat(best)
    return found // columns * style.shape[2] + found % columns


def _assemble(corners: Tensor, style: Tensor, side: int, before: int) -> Tensor:
    """Puts patches of the style together and averages them where they overlap.

    Args:
        corners: H×W positions of the patches' upper left corners in the style, row by row.
        style: C×H'×W'.
        side: Side of the patches.
        before: Positions of a patch before its centre.

    Returns:
        C×H×W.
    """
    height, width = corners.shape
    positions = style.flatten(1).T.contiguous()
    total = positions.new_zeros(height + side - 1, width + side - 1, style.shape[0])
    patches = positions.new_zeros(height + side - 1, width + side - 1, 1)
    for down in range(side):
        for right in range(side):
            place = slice(down, down + height), slice(right, right + width)
            total[place] += positions[corners + down * style.shape[2] + right]
            patches[place] += 1
    inside = slice(before, before + height), slice(before, before + width)
    return (total[inside] / patches[inside]).permute(2, 0, 1)
