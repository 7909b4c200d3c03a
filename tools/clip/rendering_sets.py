"""The two sets of renderings by label: clip-tiny learns from the first, the judge from the second."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from types import ModuleType

import numpy as np
from numpy.random import Generator

from tools.clip import judge_renderings, judge_tone_renderings, painting_renderings, renderings, tone_renderings
from tools.clip.image_operations import Array
from tools.clip.phrases import WORDINGS

Rendering = Callable[[Array, Generator], Array]


class RenderingSet(StrEnum):
    """Named after the model that learns from it."""

    TINY = "clip-tiny"
    JUDGE = "clip-tiny-judge"


_MODULES = {
    RenderingSet.TINY: (renderings, tone_renderings),
    RenderingSet.JUDGE: (judge_renderings, judge_tone_renderings),
}
_OPTIMISED_SHARE = 0.15


def procedural_renderings(name: RenderingSet) -> dict[str, Rendering]:
    """Label → rendering, in the order of the labels."""
    found = {label: function for module in _MODULES[name] for label, function in _functions(module).items()}
    return {label: found[label] for label in WORDINGS}


def render_painting(name: RenderingSet, image: Array, painting: Array, rng: Generator) -> Array:
    """Render a photograph in the manner of a painting with one of the set's two generators."""
    if name is RenderingSet.TINY:
        optimise = rng.random() < _OPTIMISED_SHARE
        generator = painting_renderings.statistics_rendering if optimise else painting_renderings.pyramid_rendering
    else:
        patches = rng.random() < 0.5
        generator = painting_renderings.patch_rendering if patches else painting_renderings.transport_rendering
    return np.clip(generator(image, painting, rng), 0, 1).astype(np.float32)


def _functions(module: ModuleType) -> dict[str, Rendering]:
    return {
        label: function
        for label, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and label in WORDINGS
    }
