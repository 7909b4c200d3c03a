"""OkLab, a space in which lightness and hue are apart (Ottosson 2020, https://bottosson.github.io/posts/oklab/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from torch import Tensor

_CONES_FROM_RGB: Final = (
    (0.4121656120, 0.5362752080, 0.0514575653),
    (0.2118591070, 0.6807189584, 0.1074065790),
    (0.0883097947, 0.2818474174, 0.6302613616),
)
_LAB_FROM_CONES: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def oklab_from_rgb(image: Tensor) -> Tensor:
    """Converts linear RGB, 3×H×W, clamped to [0, 1], to lightness, green–red and blue–yellow."""
    cones = _mixed(_matrix(_CONES_FROM_RGB), image.double().clamp(0, 1))
    # Colours so dark that rounding would make them negative have no real cube root.
    return _mixed(_matrix(_LAB_FROM_CONES), cones.clamp_min(0) ** (1 / 3)).to(image)


def rgb_from_oklab(lab: Tensor) -> Tensor:
    """Converts OkLab, 3×H×W, to linear RGB, clamped to [0, 1]."""
    cones = _mixed(torch.linalg.inv(_matrix(_LAB_FROM_CONES)), lab.double()) ** 3
    return _mixed(torch.linalg.inv(_matrix(_CONES_FROM_RGB)), cones).clamp(0, 1).to(lab)


def _matrix(rows: tuple[tuple[float, ...], ...]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def _mixed(matrix: Tensor, image: Tensor) -> Tensor:
    return torch.einsum("ij,jhw->ihw", matrix.to(image.device), image)
