"""Recipes for training the AdaIN decoder: sizes, rates and weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class Recipe:
    """A recipe for a training. Lengths in steps, sizes in pixels, `*_until` as fractions of the whole run."""

    steps: int = 2400
    seed: int = 0
    small_until: float = 0.75
    small_size: int = 128
    small_batch: int = 8
    large_size: int = 192
    large_batch: int = 4
    muon_learning_rate: float = 0.01
    adam_learning_rate: float = 3e-4
    last_learning_rate_share: float = 0.02
    ramp_steps: int = 20
    average_decay: float = 0.99
    content_weight: float = 4.0
    style_weight: float = 5.0
    pixel_weight: float = 300.0
    lattice_weight: float = 0.0
    recoloured_share: float = 0.6


CONTINUING: Final = Recipe(
    muon_learning_rate=0.002,
    adam_learning_rate=1e-4,
    content_weight=80.0,
    style_weight=12.0,
    pixel_weight=4000.0,
    lattice_weight=10000.0,
    recoloured_share=0.15,
)
"""For a decoder already trained by the recipe above, which left content and pixels further behind than style, and a
lattice of eight pixels on flat areas."""

CONTINUING_ON_ACCELERATOR: Final = replace(
    CONTINUING,
    small_size=192,
    small_batch=16,
    large_size=256,
    large_batch=16,
    muon_learning_rate=0.005,
    adam_learning_rate=3e-4,
    average_decay=0.999,
    content_weight=60.0,
)
"""Thousands of steps a minute instead of one a second: larger crops, longer averages, and content weighs most."""
