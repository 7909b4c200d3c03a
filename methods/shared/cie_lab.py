"""sRGB to CIE L*a*b* (white point D65, 2° observer) and back."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

_RGB_TO_XYZ: Final = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
"""Linear sRGB primaries, ITU-R BT.709, to six decimals."""

_WHITE_XYZ: Final = (0.95047, 1.0, 1.08883)
_EPSILON: Final = 0.008856
"""Ratio to white below which lightness is linear."""

_SLOPE: Final = 7.787
_OFFSET: Final = 16 / 116


def lab_from_rgb(image: Tensor) -> Tensor:
    """Converts an sRGB image, 3×H×W in [0, 1], to L* in [0, 100], a* and b* in about [-110, 110], 3×H×W."""
    linear = torch.where(image > 0.04045, ((image.clamp_min(0) + 0.055) / 1.055) ** 2.4, image / 12.92)
    matrix = image.new_tensor(_RGB_TO_XYZ)
    ratio = torch.einsum("ij,jhw->ihw", matrix, linear) / image.new_tensor(_WHITE_XYZ).view(3, 1, 1)
    x, y, z = torch.where(ratio > _EPSILON, ratio.clamp_min(0) ** (1 / 3), _SLOPE * ratio + _OFFSET)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def rgb_from_lab(image: Tensor) -> Tensor:
    """Converts L*a*b*, 3×H×W, to sRGB, 3×H×W; colours outside the gamut are clamped to [0, 1]."""
    lightness, green_red, blue_yellow = image
    y = (lightness + 16) / 116
    cube_root = torch.stack([y + green_red / 500, y, (y - blue_yellow / 200).clamp_min(0)])
    ratio = torch.where(cube_root > _EPSILON ** (1 / 3), cube_root**3, (cube_root - _OFFSET) / _SLOPE)
    xyz = ratio * image.new_tensor(_WHITE_XYZ).view(3, 1, 1)
    inverse = torch.linalg.inv(torch.tensor(_RGB_TO_XYZ, dtype=torch.float64)).to(image)
    linear = torch.einsum("ij,jhw->ihw", inverse, xyz)
    rgb = torch.where(linear > 0.0031308, 1.055 * linear.clamp_min(0) ** (1 / 2.4) - 0.055, 12.92 * linear)
    return rgb.clamp(0, 1)
