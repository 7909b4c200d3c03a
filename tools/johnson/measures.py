"""Judgement of a trained network on photographs that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from methods.johnson.stylization import paint
from tools.adain.corpus import Picture, fit_square

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from benchmark.models.transform_network import TransformNetwork


@dataclass(frozen=True)
class Measures:
    """The style loss on held-out photographs at one size.

    Attributes:
        size: Side of the pictures in pixels.
        painted: Mean style loss of the painted pictures.
        untouched: That of the photographs themselves.
        share: The first divided by the second.
        worst_share: The largest such quotient of a single photograph.
    """

    size: int
    painted: float
    untouched: float
    share: float
    worst_share: float


@torch.no_grad()
def measure(
    network: TransformNetwork, style_loss: Callable[[Tensor], Tensor], photographs: Sequence[Picture], size: int
) -> Measures:
    """Compares the style loss of painted photographs with that of the photographs as they are.

    Args:
        network: The network, on the device of the loss.
        style_loss: Gives the style loss of N×3×H×W in [0, 1] as a scalar.
        photographs: At least one; the centre square of each counts.
        size: Side to which the squares are resized, in pixels.
    """
    device = next(network.parameters()).device
    pairs = []
    for photograph in photographs:
        square = fit_square(photograph, size).to(device)
        pairs.append((style_loss(paint(network, square)[None]).item(), style_loss(square[None]).item()))
    painted, untouched = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
    return Measures(size, painted, untouched, painted / untouched, max(ours / theirs for ours, theirs in pairs))
