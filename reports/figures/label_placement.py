"""Placement of labels: beside their points, and clear of each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LETTER_WIDTH: Final = 6.4
"""Mean width of a letter in pixels, at the font size of labels."""

LABEL_HEIGHT: Final = 15
WIDEST_LABEL: Final = 150
POINT_RADIUS: Final = 7
REACHES: Final = (1, 2, 3)
"""Labels that find no room beside their points move this many times as far away."""


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


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: _Box) -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def outside(self, width: float, height: float) -> float:
        whole = (self.right - self.left) * (self.bottom - self.top)
        return whole - self.overlap(_Box(0, -LABEL_HEIGHT, width, height))


def place_labels(labels: Sequence[Label], width: float, height: float) -> list[Offset]:
    """Places labels one by one where they cover other labels and points the least.

    Args:
        labels: The labels.
        width: Width of the chart in pixels.
        height: Its height.
    """
    points = [_Box(each.x - POINT_RADIUS, each.y - POINT_RADIUS, each.x + POINT_RADIUS, each.y + POINT_RADIUS)
              for each in labels]  # fmt: skip
    placed: list[_Box] = []
    offsets: list[Offset] = []
    for label in labels:
        candidates = [(offset, _box(label, offset)) for offset in _offsets()]
        costs = [
            sum(box.overlap(other) for other in (*placed, *points)) + box.outside(width, height)
            for _, box in candidates
        ]
        offset, box = candidates[costs.index(min(costs))]
        placed.append(box)
        offsets.append(offset)
    return offsets


def _offsets() -> list[Offset]:
    near = [
        Offset(10, -10, "left"), Offset(10, 10, "left"), Offset(-10, -10, "right"), Offset(-10, 10, "right"),
        Offset(0, -16, "center"), Offset(0, 16, "center"), Offset(12, 0, "left"), Offset(-12, 0, "right"),
    ]  # fmt: skip
    return [Offset(each.dx, each.dy * reach, each.align) for reach in REACHES for each in near]


def _box(label: Label, offset: Offset) -> _Box:
    width = min(len(label.text) * LETTER_WIDTH, WIDEST_LABEL)
    left = label.x + offset.dx - {"left": 0.0, "center": width / 2, "right": width}[offset.align]
    top = label.y + offset.dy - LABEL_HEIGHT / 2
    return _Box(left, top, left + width, top + LABEL_HEIGHT)
