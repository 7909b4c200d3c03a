"""The two sets of renderings by label: clip-tiny learns from the first, the judge from the second."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from types import ModuleType

import numpy as np
from numpy.random import Generator

from tools.clip.image_operations import Array
from tools.clip.renderings import paintings
from tools.clip.renderings.clip_tiny import media, scenes, tones
from tools.clip.renderings.clip_tiny_judge import media as judge_media
from tools.clip.renderings.clip_tiny_judge import scenes as judge_scenes
from tools.clip.renderings.clip_tiny_judge import tones as judge_tones
from tools.clip.wordings import WORDINGS

Rendering = Callable[[Array, Generator], Array]


class RenderingSet(StrEnum):
    """Named after the model that learns from it."""

    TINY = "clip-tiny"
    JUDGE = "clip-tiny-judge"


_MODULES = {
    RenderingSet.TINY: (media, tones, scenes),
    RenderingSet.JUDGE: (judge_media, judge_tones, judge_scenes),
}
_TINY_SHARES = {
    paintings.statistics_rendering: 0.1,
    paintings.adain_rendering: 0.3,
    paintings.pyramid_rendering: 0.6,
}
_JUDGE_SHARES = {paintings.patch_rendering: 0.5, paintings.transport_rendering: 0.5}


def procedural_renderings(name: RenderingSet) -> dict[str, Rendering]:
    """Label → rendering, in the order of the labels."""
    found = {label: function for module in _MODULES[name] for label, function in _functions(module).items()}
    return {label: found[label] for label in WORDINGS}


def render_painting(name: RenderingSet, image: Array, painting: Array, rng: Generator) -> Array:
    """Render a photograph in the manner of a painting with one of the set's generators."""
    shares = _TINY_SHARES if name is RenderingSet.TINY else _JUDGE_SHARES
    generator = list(shares)[int(rng.choice(len(shares), p=list(shares.values())))]
    return np.clip(generator(image, painting, rng), 0, 1).astype(np.float32)


def _functions(module: ModuleType) -> dict[str, Rendering]:
    return {
        label: function
        for label, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and label in WORDINGS
    }
