"""The two sets of renderings that the embedded text-image models learn from."""

from __future__ import annotations

import numpy as np
import pytest

from tools.clip.renderings.sets import RenderingSet, procedural_renderings
from tools.clip.wordings import WORDINGS, Teaching

SIDE = 256


@pytest.fixture(scope="module")
def photograph() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    return (data.astronaut()[::2, ::2] / 255).astype(np.float32)


@pytest.mark.parametrize("name", list(RenderingSet))
@pytest.mark.parametrize("label", list(WORDINGS))
def test_a_rendering_is_a_picture_of_the_same_size(name: RenderingSet, label: str, photograph: np.ndarray) -> None:
    rendered = procedural_renderings(name)[label](photograph.copy(), np.random.default_rng(0))

    assert rendered.shape == (SIDE, SIDE, 3)
    assert np.isfinite(rendered).all()
    clipped = np.clip(rendered, 0, 1)
    assert clipped.std() > 0.02
    if label != "photo":
        assert np.abs(clipped - photograph).mean() > 0.01


@pytest.mark.parametrize("label", list(WORDINGS))
def test_the_two_sets_render_differently(label: str, photograph: np.ndarray) -> None:
    tiny, judge = (
        procedural_renderings(name)[label](photograph.copy(), np.random.default_rng(0)) for name in RenderingSet
    )

    assert np.abs(np.clip(tiny, 0, 1) - np.clip(judge, 0, 1)).mean() > 1e-3


@pytest.mark.parametrize("label", list(WORDINGS))
def test_held_out_phrases_are_taught_to_no_model(label: str) -> None:
    wording = WORDINGS[label]
    taught = {*wording.of(Teaching.TINY), *wording.of(Teaching.JUDGE)}

    assert taught.isdisjoint(wording.of(Teaching.HELD_OUT))
