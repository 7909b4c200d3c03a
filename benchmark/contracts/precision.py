"""The precision that methods compute in."""

from __future__ import annotations

from enum import StrEnum


class Precision(StrEnum):
    """A format of floating-point numbers."""

    FLOAT32 = "float32"
    """Seven digits."""
    BFLOAT16 = "bfloat16"
    """Convolutions and matrix products of numbers with the range of float32 and two to three digits, by PyTorch's
    automatic casting; the rest in float32."""
