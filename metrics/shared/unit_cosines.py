"""Cosines of embeddings of unit length, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def unit_cosines(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    """Computes the cosine of each embedding with its counterpart.

    Args:
        first: N embeddings of D numbers, of unit length.
        second: N others.

    Returns:
        N cosines in [−1, 1], to which rounding is clamped.
    """
    import torch

    return (torch.stack(list(first)) * torch.stack(list(second))).sum(dim=1).clamp(-1.0, 1.0)
