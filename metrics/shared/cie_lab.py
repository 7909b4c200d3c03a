"""Colours in CIE L*a*b*, where the distance of two colours is roughly how different they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import Tensor

_XYZ_OF_RGB: Final = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
"""Linear sRGB to XYZ."""

_WHITE: Final = (0.95047, 1.0, 1.08883)
"""XYZ of the white of sRGB (D65, two degrees)."""

_LINEAR_BELOW: Final = 0.008856
"""Share of the white below which the cube root is replaced by a line."""


def lab(images: Tensor) -> Tensor:
    """Converts sRGB images to CIE L*a*b* (1976) under D65.

    Args:
        images: N×3×H×W, sRGB in [0, 1].

    Returns:
        N×3×H×W: L* in [0, 100], a* (green to red) and b* (blue to yellow) within about ±110.
    """
    import torch

    linear = torch.where(images > 0.04045, ((images + 0.055) / 1.055) ** 2.4, images / 12.92)
    xyz = torch.einsum("dc,nchw->ndhw", images.new_tensor(_XYZ_OF_RGB), linear)
    shares = xyz / images.new_tensor(_WHITE).view(1, 3, 1, 1)
    roots = torch.where(shares > _LINEAR_BELOW, shares.clamp(min=0.0) ** (1 / 3), 7.787 * shares + 16 / 116)
    x, y, z = roots.unbind(dim=1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)
