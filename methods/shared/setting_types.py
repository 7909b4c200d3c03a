"""Types of settings with their ranges, for what several methods have."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from annotated_types import Ge, Gt, Le, MinLen

from benchmark.allowed_values import InWords

Count: TypeAlias = Annotated[int, Ge(1)]
"""A number of steps, crops or channels of which there is at least one."""

StepsPerScale: TypeAlias = Annotated[
    tuple[Count, ...], MinLen(1), InWords("one or more whole numbers, at least 1 each")
]
"""Updates at each scale of a descent from coarse to fine, the coarsest first."""

Weight: TypeAlias = Annotated[float, Ge(0)]
"""Weight of a loss; 0 leaves it out."""

LearningRate: TypeAlias = Annotated[float, Gt(0)]
"""Length of an optimiser's step."""

Share: TypeAlias = Annotated[float, Ge(0), Le(1)]
"""How much of one thing there is in a blend with another."""

Layers: TypeAlias = Annotated[tuple[str, ...], MinLen(1), InWords("at least one layer")]
"""Layers of a network whose features are compared."""
