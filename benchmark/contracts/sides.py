"""How small pictures may be: what is known before a run starts is said before, and is no failure."""

from __future__ import annotations

from collections.abc import Sequence


def too_small(minimum_side: int, size: Sequence[int], subject: str = "the images have") -> str:
    """Why pictures cannot be taken, or an empty string where they can.

    Args:
        minimum_side: Shortest side that can be taken, in pixels.
        size: Height and width of the pictures, in pixels.
        subject: Whose sides these are, with the verb.
    """
    height, width = size
    if min(height, width) >= minimum_side:
        return ""
    return f"needs sides of at least {minimum_side} px, {subject} {height}×{width}"
