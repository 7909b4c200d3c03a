"""The part of a file that is the picture, where repositories save panels side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SIZES: Final = {"half": 2, "third": 3, "quarter": 4}
_PLACES: Final = {"left": (False, 0), "right": (False, -1), "top": (True, 0), "bottom": (True, -1)}
PART_WORDS: Final = (
    *(f"{place} {size}" for place in _PLACES for size in _SIZES),
    "middle third",
    "3 of 3",
    "row 3 of 3",
)
"""Examples of all forms in which a part is written."""
_NUMBERED: Final = re.compile(r"(row |column )?(\d{1,2}) of (\d{1,2})")
_WIDEST_GAP: Final = 16


@dataclass(frozen=True)
class Part:
    """One of several panels of equal size, side by side or one above the other.

    Attributes:
        number: Its number, from 1.
        count: Number of the panels.
        is_row: Whether they lie one above the other.
    """

    number: int
    count: int
    is_row: bool = False

    def __str__(self) -> str:
        return f"{'row ' * self.is_row}{self.number} of {self.count}"

    def box(self, size: tuple[int, int], panel: tuple[int, int]) -> tuple[int, int, int, int]:
        """Computes where it lies: left, top, right and bottom, in pixels.

        Panels of the expected size may have a border and gaps, as grids of torchvision do; otherwise they are equal
        shares of the file.

        Args:
            size: Width and height of the file.
            panel: Width and height that a panel should have.
        """
        long, across = reversed(size) if self.is_row else size
        side, other = reversed(panel) if self.is_row else panel
        start, end, low, high = self._along(long, across, side, other)
        return (low, start, high, end) if self.is_row else (start, low, end, high)

    def find_panel(self, size: tuple[int, int], content: tuple[int, int] | None) -> tuple[int, int] | None:
        """Finds out how large the panels of a file are, where only one size is possible; ``None`` otherwise.

        Panels are squares or have the aspect of their content, and a frame is as wide as the gaps, or there are gaps
        alone. A panel of the very size of the content is certain.

        Args:
            size: Width and height of the file.
            content: Width and height of the content, or ``None`` where they are not known.
        """
        long, across = reversed(size) if self.is_row else size
        found: set[tuple[int, int]] = set()
        frames = [(width, width) for width in range(_WIDEST_GAP + 1)]
        for border, gap in [*frames, *((0, gap) for gap in range(1, _WIDEST_GAP + 1) if self.count > 1)]:
            left = long - 2 * border - (self.count - 1) * gap
            side, other = left // self.count, across - 2 * border
            panel = (other, side) if self.is_row else (side, other)
            if left % self.count == 0 and min(panel) > 0 and (side == other or _is_of_aspect(panel, content)):
                found.add(panel)
        if content in found:
            return content
        return found.pop() if len(found) == 1 else None

    def _along(self, long: int, across: int, side: int, other: int) -> tuple[int, int, int, int]:
        for border in {0, (across - other) // 2}:
            gaps = long - self.count * side - 2 * border
            gap = gaps // (self.count - 1) if self.count > 1 else 0
            if (
                across == other + 2 * border
                and gaps == gap * (self.count - 1)
                and 0 <= gap <= _WIDEST_GAP
                and border <= _WIDEST_GAP
            ):
                start = border + (self.number - 1) * (side + gap)
                return start, start + side, border, border + other
        return round(long * (self.number - 1) / self.count), round(long * self.number / self.count), 0, across


def _is_of_aspect(size: tuple[int, int], other: tuple[int, int] | None) -> bool:
    """Returns whether a size is another one scaled, to less than a pixel."""
    return other is not None and abs(size[0] * other[1] - size[1] * other[0]) < max(other)


def parse_part(text: str) -> Part | None:
    """Reads a part such as ``right third``, ``left half``, ``3 of 3`` or ``row 2 of 2``; ``None`` if it is none.

    Args:
        text: What a user wrote.
    """
    words = " ".join(re.split(r"[\s_-]+", text.strip().lower()))
    if words in ("middle third", "centre third", "center third"):
        return Part(2, 3)
    place, _, size = words.partition(" ")
    if place in _PLACES and size in _SIZES:
        is_row, index = _PLACES[place]
        return Part(1 if index == 0 else _SIZES[size], _SIZES[size], is_row)
    if (found := _NUMBERED.fullmatch(words)) and 1 <= int(found[2]) <= int(found[3]):
        return Part(int(found[2]), int(found[3]), found[1] == "row ")
    return None
