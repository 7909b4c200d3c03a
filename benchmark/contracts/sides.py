"""Check of the smallest side of pictures, which is made before a run starts, so that it is not a failure."""

from __future__ import annotations

from collections.abc import Sequence


def too_small(minimum_side: int, size: Sequence[int], subject: str = "the images have") -> str:
    """Says why pictures are too small, or returns an empty string where they are large enough.

    Args:
        minimum_side: Smallest allowed length of the shorter side, in pixels.
        size: Height and width of the pictures, in pixels.
        subject: Subject and verb of the reason's second half, which the size follows.
    """
    height, width = size
    if min(height, width) >= minimum_side:
        return ""
    return f"needs sides of at least {minimum_side} px, {subject} {height}×{width}"
