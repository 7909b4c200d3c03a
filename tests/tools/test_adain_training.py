"""Continuing the training of the AdaIN decoder from a file that was published."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmark.models.adain_decoder import load_adain_decoder_embedded
from tools.adain.corpus import Corpus, Picture
from tools.adain.crops import Crops
from tools.adain.recipes import CONTINUING
from tools.adain.train import Trainer

REPOSITORY = Path(__file__).parents[2]
SHIPPED = REPOSITORY / "benchmark" / "models" / "weights" / "adain-decoder-embedded.safetensors"


@pytest.fixture(scope="module")
def untouched() -> Trainer:
    """A trainer before its first step; it measures features for ten seconds before it is there."""
    noise = np.random.default_rng(0).integers(0, 256, (192, 192, 3), dtype=np.uint8)
    picture = Picture("noise", Image.fromarray(noise))
    return Trainer(CONTINUING, Corpus((picture,), (picture,), ()), bfloat16=False)


@pytest.fixture
def trainer(untouched: Trainer) -> Trainer:
    return copy.deepcopy(untouched)


def test_a_continued_decoder_is_the_published_one_before_its_first_step(trainer, tmp_path):
    published = load_adain_decoder_embedded(SHIPPED)
    features = 100 * torch.rand(1, 512, 4, 4, generator=torch.Generator().manual_seed(0))

    trainer.start_or_restore(tmp_path, SHIPPED)

    with torch.no_grad():
        expected = published(features)
        assert torch.allclose(trainer.averaged_decoder()(features), expected, atol=1e-2 * expected.std().item())
        assert torch.allclose(
            trainer.decoder(trainer._normalize(features)), expected, atol=1e-3 * expected.std().item()
        )
    assert trainer.step == 0


def test_a_checkpoint_comes_before_the_file_to_start_from(trainer, tmp_path):
    trainer.start_or_restore(tmp_path, SHIPPED)
    trainer.step = 7
    trainer.save(tmp_path)

    trainer.start_or_restore(tmp_path, tmp_path / "gone.safetensors")

    assert trainer.step == 7


def test_batches_drawn_ahead_in_other_processes_are_those_of_their_steps(trainer):
    crops = Crops(trainer.corpus, seed=3, recoloured_share=0.5, count=2, size=64)

    ahead = crops.from_step(5, workers=2)

    for step in (5, 6, 7):
        assert torch.equal(next(ahead), crops[step])
    assert not torch.equal(crops[5], crops[6])


def test_the_crops_grow_when_the_schedule_says_so(trainer):
    trainer._start_average()
    sizes = []
    trainer.decoder.register_forward_hook(lambda module, inputs, decoded: sizes.append(decoded.shape))
    trainer.recipe = replace(trainer.recipe, small_size=64, small_batch=4, large_size=128, large_batch=2)

    first = trainer.advance(0.0)
    trainer.advance(0.99)

    assert sizes == [(4, 3, 64, 64), (2, 3, 128, 128)]
    assert set(first) == {"loss", "content", "style", "pixel", "outside", "lattice"}
