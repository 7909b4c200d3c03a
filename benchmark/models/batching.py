"""Images of several sizes through a network in as few calls as their sizes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from torch import Tensor

    from benchmark.models.provider import Models

T = TypeVar("T")


def group_by_size(images: Sequence[Tensor]) -> list[list[int]]:
    """Groups images that fit in one batch.

    Args:
        images: RGB images, 3×H×W each.

    Returns:
        Positions of the images, one list for every size, in the order in which the sizes first occur.
    """
    positions: dict[tuple[int, ...], list[int]] = {}
    for position, image in enumerate(images):
        positions.setdefault(tuple(image.shape), []).append(position)
    return list(positions.values())


def compute_in_batches(
    images: Sequence[Tensor], compute: Callable[[Tensor], Sequence[T]], device: torch.device
) -> list[T]:
    """Computes something of each image, calling ``compute`` once for every size, without gradient.

    Args:
        images: N RGB images, 3×H×W each, of any sizes.
        compute: Turns M×3×H×W into M results.
        device: Device of the batches.

    Returns:
        The N results, in the order of the images.

    Raises:
        ValueError: ``compute`` returned another number of results than it got images.
    """
    results: dict[int, T] = {}
    for positions in group_by_size(images):
        batch = torch.stack([images[position] for position in positions]).to(device)
        with torch.no_grad():
            computed = compute(batch)
        results.update(zip(positions, computed, strict=True))
    return [results[position] for position in range(len(images))]


def remember_in_batches(
    models: Models, images: Sequence[Tensor], name: Hashable, compute: Callable[[Tensor], Sequence[T]]
) -> list[T]:
    """Computes as ``compute_in_batches`` does, but only for images whose result is not remembered yet.

    Args:
        models: The networks of the run; they remember.
        images: N RGB images, 3×H×W each, told apart by identity.
        name: Name of the result, which includes whatever else it depends on.
        compute: Turns M×3×H×W into M results.

    Returns:
        The N results, in the order of the images.
    """
    slots: list[list[T]] = [models.remember(image, name, list) for image in images]
    # An empty slot says "not computed yet": it stays empty, and is tried again, where computing raised.
    empty = {id(slot): (slot, image) for slot, image in zip(slots, images, strict=True) if not slot}
    unknown = [image for _, image in empty.values()]
    for (slot, _), result in zip(empty.values(), compute_in_batches(unknown, compute, models.device), strict=True):
        slot.append(result)
    return [slot[0] for slot in slots]
