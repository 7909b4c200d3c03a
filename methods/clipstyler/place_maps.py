"""Maps of how much each place of a content counts: the text-image model's attention, and its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from methods.clipstyler.settings import PlaceMap
from methods.shared.image_geometry import resize

if TYPE_CHECKING:
    from torch import Generator, Tensor

_BLOBS: Final = 7
"""Cells a side of the noise whose peaks make a random mask."""


def place_map(attention: Tensor, kind: PlaceMap, size: tuple[int, int], generator: Generator) -> Tensor:
    """Makes a map of a kind from the model's attention.

    - ``attention``: its cells, enlarged bilinearly.
    - ``uniform``: 1 everywhere.
    - ``shuffled``: the same with its cells in random order.
    - ``random_mask``: with A the share of pixels where the attention exceeds its mean, the share A of pixels where
      smooth noise is highest; inside and outside stand the attention's means above and up to its mean.

    Args:
        attention: h×w, at least 0; one that is 0 everywhere counts as uniform.
        kind: The kind, not ``none``.
        size: Height and width of the map.
        generator: The only source of randomness.

    Returns:
        H×W, at least 0, with mean 1.
    """
    if kind is PlaceMap.UNIFORM or not attention.any():
        return attention.new_ones(size)
    if kind is PlaceMap.SHUFFLED:
        order = torch.randperm(attention.numel(), generator=generator).to(attention.device)
        attention = attention.flatten()[order].view_as(attention)
    enlarged = _with_mean_one(_enlarge(attention, size))
    return _random_mask(enlarged, generator) if kind is PlaceMap.RANDOM_MASK else enlarged


def resized_map(places: Tensor, size: tuple[int, int]) -> Tensor:
    """Resizes a map, H×W, to another height and width; its mean stays 1."""
    return _with_mean_one(resize(places[None], *size)[0])


def weights_of(places: Tensor, strength: float) -> Tensor:
    """Returns ``1 + strength * (map - 1)``: mean 1, and at least ``1 - strength``."""
    return 1 + strength * (places - 1)


def _random_mask(places: Tensor, generator: Generator) -> Tensor:
    above = places > 1
    area = int(above.sum())
    if area == 0:
        return places
    noise = _enlarge(torch.rand(_BLOBS, _BLOBS, generator=generator).to(places), (places.shape[0], places.shape[1]))
    inside = torch.zeros_like(above).flatten()
    inside[noise.flatten().topk(area).indices] = True
    return torch.where(inside.view_as(above), places[above].mean(), places[~above].mean())


def _enlarge(cells: Tensor, size: tuple[int, int]) -> Tensor:
    enlarged: Tensor = functional.interpolate(cells[None, None], size=size, mode="bilinear", align_corners=False)
    return enlarged[0, 0]


def _with_mean_one(places: Tensor) -> Tensor:
    return places / places.mean()
