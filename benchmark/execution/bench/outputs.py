"""Checks of what methods and metrics return."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, SupportsFloat

import torch
from torch import Tensor

from benchmark.contracts import MetricInfo
from benchmark.errors import BenchmarkError

_PIXEL_ROUNDING = 1e-3
"""How far rounding may carry a pixel out of [0, 1] before it counts as a mistake."""

_SCORE_ROUNDING = 1e-4
"""How far rounding may carry a score out of its range, as a share of the range, or as it is where an end is open."""


_MAP_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class InvalidOutputError(BenchmarkError):
    """A method returned no stylized image of its content, or a metric no score of what it was given."""


def checked_image(stylized: Any, content: Tensor) -> Tensor:
    """Checks what a method returned.

    Args:
        stylized: What it returned.
        content: The content, 3×H×W.

    Returns:
        The stylized image, detached, as float, clamped to [0, 1].

    Raises:
        InvalidOutputError: It is no tensor, has another shape than the content, is not finite, or leaves [0, 1].
    """
    _require_tensor(stylized)
    if stylized.shape != content.shape:
        shapes = ["×".join(str(size) for size in tensor.shape) for tensor in (stylized, content)]
        raise InvalidOutputError(f"returned an image of shape {shapes[0]}, the content is {shapes[1]}")
    if not stylized.is_floating_point():
        raise InvalidOutputError(f"returned {stylized.dtype} pixels, not floating-point ones")
    image: Tensor = stylized.detach().float()
    if not bool(torch.isfinite(image).all()):
        raise InvalidOutputError(
            f"returned {int((~torch.isfinite(image)).sum())} pixel values that are NaN or infinite"
        )
    low, high = float(image.min()), float(image.max())
    if low < -_PIXEL_ROUNDING or high > 1 + _PIXEL_ROUNDING:
        raise InvalidOutputError(f"returned pixel values from {low:.4g} to {high:.4g}, outside 0 … 1")
    return image.clamp(0, 1)


def checked_maps(maps: Any, content: Tensor) -> dict[str, Tensor]:
    """Checks with what a method explained itself.

    Args:
        maps: What it returned.
        content: The content, 3×H×W.

    Returns:
        The maps by name, each as an image, detached, as float, clamped to [0, 1].

    Raises:
        InvalidOutputError: It is no mapping, a name is not in snake_case, or a map is no picture of the content's size.
    """
    if not isinstance(maps, Mapping):
        raise InvalidOutputError(f"explained itself by {type(maps).__name__}, not by maps with names")
    images: dict[str, Tensor] = {}
    for name, shown in maps.items():
        if not (isinstance(name, str) and _MAP_NAME.fullmatch(name)):
            raise InvalidOutputError(f"named a map {name!r}: use small letters, digits and _")
        is_grey = isinstance(shown, Tensor) and shown.ndim == 3 and len(shown) == 1
        try:
            images[name] = checked_image(shown.expand(3, -1, -1) if is_grey else shown, content)
        except InvalidOutputError as error:
            raise InvalidOutputError(f"map {name}: {error}") from error
    return images


def checked_scores(scores: Any, number: int, info: MetricInfo) -> Tensor:
    """Checks what a metric returned.

    Args:
        scores: What it returned.
        number: How many images it was given.
        info: Its static facts.

    Returns:
        N×(1 + C) float64 numbers on the CPU: scores, then components.

    Raises:
        InvalidOutputError: It is no tensor, has another shape than the contract promises, or holds numbers that are NaN
            or infinite.
    """
    _require_tensor(scores)
    expected = (number, 1 + len(info.components)) if info.components else (number,)
    if tuple(scores.shape) != expected:
        content = "the score and its components" if info.components else "one score"
        raise InvalidOutputError(
            f"returned numbers of shape {tuple(scores.shape)}, expected {expected}: {content} for each image"
        )
    rows: Tensor = scores.detach().double().cpu().reshape(number, -1)
    if not bool(torch.isfinite(rows).all()):
        raise InvalidOutputError("returned a score that is NaN or infinite")
    return rows


def checked_description(described: Any, number: int) -> Tensor:
    """Checks how a metric described images.

    Args:
        described: What it returned.
        number: How many images it was given.

    Returns:
        N×D numbers on the CPU.

    Raises:
        InvalidOutputError: It is no tensor, there is not one row for each image, or some numbers are NaN or infinite.
    """
    _require_tensor(described)
    if described.ndim != 2 or len(described) != number:
        raise InvalidOutputError(
            f"described images by numbers of shape {tuple(described.shape)}, expected {number} rows, one for each"
        )
    if not bool(torch.isfinite(described).all()):
        raise InvalidOutputError("described an image by numbers that are NaN or infinite")
    kept: Tensor = described.detach().cpu().clone()
    return kept


def checked_set_score(score: Any) -> float:
    """Checks what a set metric returned.

    Args:
        score: What it returned.

    Returns:
        The number; NaN where the metric gives none.

    Raises:
        InvalidOutputError: It is not one number, or is infinite.
    """
    if isinstance(score, Tensor) and score.numel() != 1:
        raise InvalidOutputError(f"returned {score.numel()} numbers, expected one for all images")
    if not isinstance(score, SupportsFloat):
        raise InvalidOutputError(f"returned {type(score).__name__}, not a number")
    value = float(score)
    if value in (float("inf"), float("-inf")):
        raise InvalidOutputError("returned a score that is infinite")
    return value


def require_range(scores: Tensor, info: MetricInfo) -> None:
    """Refuses scores outside the range that their metric announces.

    Args:
        scores: The scores, without components.
        info: Static facts of the metric.

    Raises:
        InvalidOutputError: Rounding does not explain how far one is out of the range.
    """
    low, high = info.minimum, info.maximum
    margin = _SCORE_ROUNDING * (high - low) if low is not None and high is not None else _SCORE_ROUNDING
    lowest, highest = float(scores.min()), float(scores.max())
    if low is not None and lowest < low - margin:
        raise InvalidOutputError(f"returned a score of {lowest:.6g}, below its announced minimum {low:g}")
    if high is not None and highest > high + margin:
        raise InvalidOutputError(f"returned a score of {highest:.6g}, above its announced maximum {high:g}")


def _require_tensor(value: Any) -> None:
    if not isinstance(value, Tensor):
        raise InvalidOutputError(f"returned {type(value).__name__}, not a tensor")
