"""Hypercolumns, and the nearest of a style's to each of another image's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from benchmark.models.float32 import in_float32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.vgg import VGG

_SHRINKING: Final = 4
"""Pixels between two hypercolumns."""

_LARGEST_BLOCK: Final = 2**24
"""Entries of the part of a similarity matrix that is held at a time: 67 MB."""

_LENGTH_FLOOR: Final = 1e-4
"""Length below which a hypercolumn is not scaled to unit length."""


def hypercolumns(vgg: VGG, images: Tensor, layers: Sequence[str]) -> Tensor:
    """Stacks the features of layers at a quarter of the resolution, each divided by its number of channels.

    Args:
        vgg: The network.
        images: N×3×H×W in [0, 1].
        layers: Names of the layers.

    Returns:
        N×D×H/4×W/4, sides rounded down, D the channels of all layers.
    """
    size = (images.shape[-2] // _SHRINKING, images.shape[-1] // _SHRINKING)
    features: dict[str, Tensor] = vgg(images, layers)
    return torch.cat(
        [
            # Divided at the smaller size; the channels are powers of two, so that it is the same to the last bit.
            functional.interpolate(maps, size, mode="bilinear", align_corners=True) / maps.shape[1]
            for maps in features.values()
        ],
        dim=1,
    )


def normalize_hypercolumns(columns: Tensor) -> Tensor:
    """Scales hypercolumns, N×D×H×W, to unit length."""
    return functional.normalize(columns, dim=1, eps=_LENGTH_FLOOR)


def rotations(image: Tensor, *, rotate: bool) -> list[Tensor]:
    """Returns an image, N×3×H×W, and, if wanted, its rotations by 270, 180 and 90 degrees."""
    return [torch.rot90(image, turns, (2, 3)) for turns in ((0, 3, 2, 1) if rotate else (0,))]


def rows_of(maps: Tensor) -> Tensor:
    """Lists the vectors of a map, C×H×W, as HW×C."""
    return maps.flatten(1).T


def directions(vectors: Tensor, mean: Tensor) -> Tensor:
    """Subtracts a mean, D, from vectors, N×D, and scales them to unit length; what has no length stays 0."""
    return functional.normalize(vectors - mean, dim=1)


# In float32: among cosines that two digits do not tell apart the first would always win, and one corner of the style
# would be painted everywhere.
@in_float32
def nearest(queries: Tensor, references: Tensor) -> Tensor:
    """Finds the nearest reference to each query by the cosine between vectors whose means are subtracted.

    Args:
        queries: N×D.
        references: M×D.

    Returns:
        N indices of references.
    """
    wanted = directions(queries, queries.mean(dim=0)).T.contiguous()
    mean = references.mean(dim=0)
    best = queries.new_full((len(queries),), -torch.inf)
    found = torch.zeros(len(queries), dtype=torch.long, device=queries.device)
    block = max(1, _LARGEST_BLOCK // len(queries))
    for start in range(0, len(references), block):
        similarity, index = (directions(references[start : start + block], mean) @ wanted).max(dim=0)
        better = similarity > best
        best = torch.where(better, similarity, best)
        found = torch.where(better, index + start, found)
    return found
