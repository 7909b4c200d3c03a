"""Checks of the results of metrics."""

from __future__ import annotations

from typing import Any, SupportsFloat

import torch
from torch import Tensor

from benchmark.contracts import MetricInfo
from benchmark.errors import BenchmarkError

_ROUNDING = 1e-4
"""Rounding error by which a score may leave its range: a share of the range, or absolute where an end is open."""


class InvalidScoreError(BenchmarkError):
    """A metric returned something that is no score of its input."""


def checked_scores(scores: Any, number: int, info: MetricInfo) -> Tensor:
    """Checks the scores that a metric returned.

    Args:
        scores: The returned value.
        number: Number of images that it was given.
        info: Its static facts.

    Returns:
        N×(1 + C) float64 numbers on the CPU: scores, then components.

    Raises:
        InvalidScoreError: It is no tensor, has another shape than the contract promises, or holds numbers that are NaN
            or infinite.
    """
    _require_tensor(scores)
    expected = (number, 1 + len(info.components)) if info.components else (number,)
    if tuple(scores.shape) != expected:
        content = "the score and its components" if info.components else "one score"
        raise InvalidScoreError(
            f"returned numbers of shape {tuple(scores.shape)}, expected {expected}: {content} for each image"
        )
    rows: Tensor = scores.detach().double().cpu().reshape(number, -1)
    if not bool(torch.isfinite(rows).all()):
        raise InvalidScoreError("returned a score that is NaN or infinite")
    return rows


def checked_description(described: Any, number: int) -> Tensor:
    """Checks the description of images that a metric returned.

    Args:
        described: The returned value.
        number: Number of images that it was given.

    Returns:
        N×D numbers on the CPU.

    Raises:
        InvalidScoreError: It is no tensor, there is not one row for each image, or some numbers are NaN or infinite.
    """
    _require_tensor(described)
    if described.ndim != 2 or len(described) != number:
        raise InvalidScoreError(
            f"described images by numbers of shape {tuple(described.shape)}, expected {number} rows, one for each"
        )
    if not bool(torch.isfinite(described).all()):
        raise InvalidScoreError("described an image by numbers that are NaN or infinite")
    kept: Tensor = described.detach().cpu().clone()
    return kept


def checked_set_score(score: Any) -> float:
    """Checks the score that a metric returned for a set of images.

    Args:
        score: The returned value.

    Returns:
        The number; NaN where the metric gives none.

    Raises:
        InvalidScoreError: It is not one number, or is infinite.
    """
    if isinstance(score, Tensor) and score.numel() != 1:
        raise InvalidScoreError(f"returned {score.numel()} numbers, expected one for all images")
    if not isinstance(score, SupportsFloat):
        raise InvalidScoreError(f"returned {type(score).__name__}, not a number")
    value = float(score)
    if value in (float("inf"), float("-inf")):
        raise InvalidScoreError("returned a score that is infinite")
    return value


def require_range(scores: Tensor, info: MetricInfo) -> None:
    """Refuses scores outside the range that their metric announces.

    Args:
        scores: The scores, without components.
        info: Static facts of the metric.

    Raises:
        InvalidScoreError: One is out of the range by more than rounding.
    """
    low, high = info.minimum, info.maximum
    margin = _ROUNDING * (high - low) if low is not None and high is not None else _ROUNDING
    lowest, highest = float(scores.min()), float(scores.max())
    if low is not None and lowest < low - margin:
        raise InvalidScoreError(f"returned a score of {lowest:.6g}, below its announced minimum {low:g}")
    if high is not None and highest > high + margin:
        raise InvalidScoreError(f"returned a score of {highest:.6g}, above its announced maximum {high:g}")


def _require_tensor(value: Any) -> None:
    if not isinstance(value, Tensor):
        raise InvalidScoreError(f"returned {type(value).__name__}, not a tensor")
