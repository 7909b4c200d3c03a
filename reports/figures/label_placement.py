"""Placement of labels: beside their points, and clear of each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTER_WIDTH: Final = 6.4
"""Mean width of a letter in pixels, at the font size of labels."""

LABEL_HEIGHT: Final = 15
WIDEST_LABEL: Final = 150
POINT_RADIUS: Final = 7
REACHES: Final = (1, 2, 3)
"""Labels that find no room beside their points move this many times as far away."""

_DECIMALS: Final = 6
"""Of square pixels: places that differ by rounding only are as good as each other, and the first is taken."""


@dataclass(frozen=True)
class Span:
    """A scale from ``start`` to ``end``, which is the smaller one where small values are better."""

    start: float
    end: float
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Returns the position of a value on the scale, from 0 to 1; values beyond an end are put there."""
        low, high, at = ((math.log(x) for x in (self.start, self.end, value)) if self.logarithmic else
                         (self.start, self.end, value))  # fmt: skip
        return min(max((at - low) / (high - low), 0.0), 1.0) if high != low else 0.5


@dataclass(frozen=True)
class Label:
    """A text with its point: pixels from the left and from the top."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Offset:
    """Place of a label relative to its point: pixels to the right and down, and the end of the text that is there."""

    dx: float
    dy: float
    align: str


def place_labels(labels: Sequence[Label], width: float, height: float) -> list[Offset]:
    """Places labels one by one where they cover other labels and points the least.

    Args:
        labels: The labels.
        width: Width of the chart in pixels.
        height: Its height.
    """
    chart = np.array([[0, -LABEL_HEIGHT, width, height]])
    taken = np.array([(at.x - POINT_RADIUS, at.y - POINT_RADIUS, at.x + POINT_RADIUS, at.y + POINT_RADIUS)
                      for at in labels])  # fmt: skip
    offsets = _offsets()
    found: list[Offset] = []
    for label in labels:
        boxes = np.array([_box(label, offset) for offset in offsets])
        outside = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - _overlaps(boxes, chart)
        best = int((_overlaps(boxes, taken) + outside).round(_DECIMALS).argmin())
        taken = np.concatenate([taken, boxes[best : best + 1]])
        found.append(offsets[best])
    return found


def _overlaps(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the area that each of N boxes shares with all others together, N: boxes are left, top, right, bottom."""
    ends = np.minimum(boxes[:, None, 2:], others[:, 2:])
    starts = np.maximum(boxes[:, None, :2], others[:, :2])
    areas: NDArray[np.float64] = (ends - starts).clip(min=0).prod(axis=2).sum(axis=1)
    return areas


def _offsets() -> list[Offset]:
    near = [
        Offset(10, -10, "left"), Offset(10, 10, "left"), Offset(-10, -10, "right"), Offset(-10, 10, "right"),
        Offset(0, -16, "center"), Offset(0, 16, "center"), Offset(12, 0, "left"), Offset(-12, 0, "right"),
    ]  # fmt: skip
    return [Offset(each.dx, each.dy * reach, each.align) for reach in REACHES for each in near]


def _box(label: Label, offset: Offset) -> tuple[float, float, float, float]:
    width = min(len(label.text) * LETTER_WIDTH, WIDEST_LABEL)
    left = label.x + offset.dx - {"left": 0.0, "center": width / 2, "right": width}[offset.align]
    top = label.y + offset.dy - LABEL_HEIGHT / 2
    return left, top, left + width, top + LABEL_HEIGHT
