"""Stylization by predicted vectors: several styles, their regions, contents of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from benchmark.models.ghiasi import MULTIPLE, STYLE_SIDE
from methods.shared.image_geometry import cover, pad_to_multiple
from methods.shared.region_shares import region_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.contracts import StyleCondition
    from benchmark.models.ghiasi import Ghiasi


@torch.no_grad()
def stylize_image(networks: Ghiasi, content: Tensor, styles: Sequence[StyleCondition], strength: float) -> Tensor:
    """Stylizes a content.

    Args:
        networks: The networks.
        content: 3×H×W in [0, 1], at least 8 pixels high and wide.
        styles: Styles with an image, weights and masks.
        strength: Share of the styles' vector; the rest is the content's own.

    Returns:
        3×H×W in [0, 1].

    Raises:
        ValueError: If the content is too small, or a mask is not of its size.
    """
    padded = pad_to_multiple(content[None], MULTIPLE)[0]
    vectors = torch.stack([_vector(networks, style.image) for style in styles])
    if strength < 1:
        vectors = strength * vectors + (1 - strength) * _vector(networks, content)
    if all(style.mask is None for style in styles):
        weights = vectors.new_tensor([style.weight for style in styles])
        return _cut(networks(padded, weights @ vectors), content)
    shares = region_shares(styles, content)[:, None]
    pictures = torch.stack([_cut(networks(padded, vector), content) for vector in vectors])
    return (shares * pictures).sum(dim=0) + (1 - shares.sum(dim=0)) * content


def _vector(networks: Ghiasi, image: Tensor | None) -> Tensor:
    assert image is not None
    return networks.style_vector(cover(image, STYLE_SIDE, STYLE_SIDE).clamp(0, 1))


def _cut(picture: Tensor, content: Tensor) -> Tensor:
    return picture[:, : content.shape[-2], : content.shape[-1]].contiguous()
