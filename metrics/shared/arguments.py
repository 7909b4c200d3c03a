"""Checks of the arguments of a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from benchmark.contracts.metric import Need
from benchmark.prompts import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

T = TypeVar("T")


def needed(given: Sequence[T] | None, need: Need, metric: str, count: int) -> Sequence[T]:
    """Returns what a metric needs, one for each stylized image.

    Args:
        given: What the caller passed.
        need: Kind of the argument.
        metric: Name of the metric.
        count: Number of stylized images.

    Raises:
        ValueError: It is missing, its length is not ``count``, or a prompt is blank.
    """
    if given is None:
        raise ValueError(f"{metric} needs the {need.replace('_', ' ')} of each stylized image")
    if len(given) != count:
        raise ValueError(f"{metric} got {len(given)} × {need.replace('_', ' ')} for {count} stylized images")
    if any(isinstance(item, str) and is_blank(item) for item in given):
        raise ValueError(f"{metric} needs the {need.replace('_', ' ')} of each stylized image, and one is blank")
    return given


def needed_contents(content: Sequence[Tensor] | None, stylized: Sequence[Tensor], metric: str) -> Sequence[Tensor]:
    """Returns the content of each stylized image, of the same size.

    Args:
        content: What the caller passed.
        stylized: The stylized images.
        metric: Name of the metric.

    Raises:
        ValueError: Contents are missing, their number is not that of the stylized images, or one differs in size.
    """
    content = needed(content, Need.CONTENT, metric, len(stylized))
    if any(image.shape != reference.shape for image, reference in zip(stylized, content, strict=True)):
        raise ValueError(f"{metric}: content and stylized image differ in size")
    return content
