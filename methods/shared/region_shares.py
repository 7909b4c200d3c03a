"""Shares of the styles at each pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.contracts import StyleCondition


def region_shares(styles: Sequence[StyleCondition], content: Tensor) -> Tensor:
    """Computes each style's share at each pixel from the styles' weights and masks.

    With weight w and mask m of style k (1 everywhere without a mask)::

        share_k = min(1, sum_j m_j) * w_k m_k / sum_j w_j m_j

    so that shares sum to 1 wherever masks cover the picture, a soft edge of the only mask fades into the content, and
    where no style applies every share is 0. Masks that overlap share the place by weight.

    Args:
        styles: K styles.
        content: 3×H×W; its size, device and type are taken.

    Returns:
        K×H×W in [0, 1].

    Raises:
        ValueError: If a mask is not of the content's size.
    """
    size = content.shape[-2:]
    masks = []
    for style in styles:
        if style.mask is None:
            masks.append(content.new_ones(size))
        elif style.mask.shape != (1, *size):
            raise ValueError(f"a mask must be 1×{size[0]}×{size[1]} as the content, not {tuple(style.mask.shape)}")
        else:
            masks.append(style.mask[0].to(content))
    mask = torch.stack(masks)
    weighted = mask * content.new_tensor([style.weight for style in styles]).view(-1, 1, 1)
    coverage = mask.sum(dim=0).clamp_max(1)
    return coverage * weighted / weighted.sum(dim=0).clamp_min(torch.finfo(content.dtype).tiny)
