"""Views of an image as CLIPstyler shows them to the model: the whole, and crops in random perspective."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional
from torchvision.transforms.v2 import functional as transforms

_SMALLEST_CROP, _LARGEST_CROP = 80, 128
_DISTORTION = 0.5


@dataclass(frozen=True)
class View:
    """One way of looking at a square image; the same for a photograph and all of its renderings."""

    top: int
    left: int
    side: int
    corners: tuple[tuple[float, float], ...] | None
    gain: float
    gamma: float
    saturation: float
    noise: float
    noise_seed: int


def sample_views(rng: Generator, image_side: int, crops: int, *, augment: bool) -> list[View]:
    """The whole image, then random crops of 80–128 px."""
    views = [_view(rng, 0, 0, image_side, augment=augment, perspective=False)]
    for _ in range(crops):
        side = int(rng.integers(_SMALLEST_CROP, _LARGEST_CROP + 1))
        top, left = (int(v) for v in rng.integers(0, image_side - side + 1, 2))
        views.append(_view(rng, top, left, side, augment=augment, perspective=rng.random() < 0.7))
    return views


def show(image: Tensor, view: View, size: int) -> Tensor:
    """1×3×H×W → 1×3×size×size."""
    crop = image[..., view.top : view.top + view.side, view.left : view.left + view.side]
    shown = functional.interpolate(
        crop, (size, size), mode="bicubic", antialias=view.side > size, align_corners=False
    ).clamp(0, 1)
    shown = (shown * view.gain).clamp(1e-4, 1) ** view.gamma
    grey = shown.mean(1, keepdim=True)
    shown = (grey + (shown - grey) * view.saturation).clamp(0, 1)
    if view.noise:
        generator = torch.Generator().manual_seed(view.noise_seed)
        shown = (shown + view.noise * torch.randn(shown.shape, generator=generator)).clamp(0, 1)
    if view.corners is None:
        return shown
    edge = size - 1
    start = [[0, 0], [edge, 0], [edge, edge], [0, edge]]
    end = [[round(x * edge), round(y * edge)] for x, y in view.corners]
    return transforms.perspective(shown, start, end)


def _view(rng: Generator, top: int, left: int, side: int, *, augment: bool, perspective: bool) -> View:
    corners = None
    if perspective:
        reach = _DISTORTION / 2 * rng.random((4, 2))
        signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
        base = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        corners = tuple((float(x), float(y)) for x, y in base + signs * reach)
    strong = augment and rng.random() < 0.6
    return View(
        top,
        left,
        side,
        corners,
        gain=float(rng.uniform(0.85, 1.1)) if strong else 1.0,
        gamma=float(rng.uniform(0.85, 1.18)) if strong else 1.0,
        saturation=float(rng.uniform(0.75, 1.25)) if strong else 1.0,
        noise=float(rng.uniform(0.005, 0.03)) if augment and rng.random() < 0.3 else 0.0,
        noise_seed=int(rng.integers(2**31)),
    )
