"""Checks of what a metric is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.contracts.metric import Need

T = TypeVar("T")


def needed(given: Sequence[T] | None, need: Need, metric: str, count: int) -> Sequence[T]:
    """Returns what a metric needs, one for each stylized image.

    Args:
        given: What the caller passed.
        need: What it is.
        metric: Name of the metric.
        count: Number of stylized images.

    Raises:
        ValueError: It is missing, or there is another number of it.
    """
    if given is None:
        raise ValueError(f"{metric} needs the {need.replace('_', ' ')} of each stylized image")
    if len(given) != count:
        raise ValueError(f"{metric} got {len(given)} × {need.replace('_', ' ')} for {count} stylized images")
    return given
