"""The course of the learning rate."""

from __future__ import annotations

import math

RAMP_UP = 0.05
"""Share of the steps over which the learning rate rises."""

RAMP_DOWN = 0.25
"""Share of the steps over which it falls."""


def learning_rate(step: int, steps: int, highest: float) -> float:
    """Returns the learning rate of a step: a linear rise from 0, then the highest, then half a cosine down.

    Args:
        step: The step, from 0.
        steps: Number of all steps.
        highest: The highest rate.
    """
    done = step / steps
    fall = 0.5 - 0.5 * math.cos(math.pi * min(1, (1 - done) / RAMP_DOWN))
    return highest * fall * min(1, done / RAMP_UP)
