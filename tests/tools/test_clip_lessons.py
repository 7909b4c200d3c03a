"""Safeguards of the training of the embedded text-image models: splits, words for things, attacks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from tools.clip.attack import attack, through_views
from tools.clip.features import RENDERING_SIDE
from tools.clip.robustness import measure_attacks_through_crops
from tools.clip.sources import (
    HELD_OUT_PAINTINGS,
    Photo,
    Split,
    read_captioned,
    read_held_out_paintings,
    read_pictures,
    split_of,
)
from tools.clip.wordings import WORDINGS


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    rows = [(f"captioned/stamp_{number}.png", f"a thing {number}") for number in range(200)]
    rows += [
        ("captioned/stamp_long.png", "a very long sentence about many things"),
        ("captioned/clipart_cat.png", "cat"),
    ]
    rows += [(f"paintings/{name}.jpg", "Claude Monet, Water Lilies, 1906") for name in (*HELD_OUT_PAINTINGS, "other")]
    rows += [(f"photos/{name}.jpg", name) for name in ("skimage_astronaut", "skimage_chelsea", "one", "two")]
    with (tmp_path / "SOURCES.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("file", "description"), *rows])
    return tmp_path


def test_about_half_of_the_stamps_are_kept_from_training(pictures: Path) -> None:
    captioned = read_captioned(pictures)
    counts = {split: sum(picture.split is split for picture in captioned) for split in (Split.TEST, Split.VALIDATION)}

    assert 60 < counts[Split.TEST] < 100
    assert 12 < counts[Split.VALIDATION] < 40
    assert {picture.name: picture.split for picture in captioned} == {
        picture.name: picture.split for picture in read_captioned(pictures)
    }


def test_long_sentences_and_clip_art_are_never_held_out(pictures: Path) -> None:
    splits = {picture.name: picture.split for picture in read_captioned(pictures)}

    assert splits["stamp_long"] is None
    assert splits["clipart_cat"] is None


def test_held_out_paintings_are_not_among_those_to_learn_from(pictures: Path) -> None:
    _, paintings = read_pictures(pictures)

    assert [painting.name for painting in paintings] == ["other"]
    assert {painting.name for painting in read_held_out_paintings(pictures)} == set(HELD_OUT_PAINTINGS)


def test_the_two_models_share_no_photograph(pictures: Path) -> None:
    splits = split_of(read_pictures(pictures)[0])

    assert splits == {
        "skimage_astronaut": Split.TEST,
        "skimage_chelsea": Split.VALIDATION,
        "one": Split.TINY,
        "two": Split.JUDGE,
    }


def test_an_attack_stays_within_reach_and_raises_the_similarity() -> None:
    torch.manual_seed(0)
    flatten = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 6)).requires_grad_(False)
    images, texts = torch.rand(5, 3, 8, 8), functional.normalize(torch.randn(5, 6), dim=1)

    changed = attack(flatten, images, texts, reach=0.12, steps=10)

    def similarity(pictures: Tensor) -> Tensor:
        return functional.cosine_similarity(flatten(pictures), texts, dim=1)

    assert float((changed - images).abs().max()) <= 0.12 + 1e-6
    assert 0 <= float(changed.min()) <= float(changed.max()) <= 1
    assert (similarity(changed) > similarity(images) + 0.1).all()


def _mean_colours(pictures: Tensor) -> Tensor:
    return pictures.mean((2, 3))


def test_an_attack_through_views_sees_the_whole_and_other_crops_at_every_call() -> None:
    torch.manual_seed(0)
    shown: list[Tensor] = []

    def embed(pictures: Tensor) -> Tensor:
        shown.append(pictures)
        return _mean_colours(pictures)

    seen = through_views(embed, 16, 3, np.random.default_rng(0))
    images = torch.rand(2, 3, RENDERING_SIDE, RENDERING_SIDE)
    embedded = [seen(images), seen(images)]

    assert [pictures.shape for pictures in shown] == [(8, 3, 16, 16)] * 2
    assert torch.equal(shown[0][:2], shown[1][:2])
    assert not torch.allclose(shown[0][2:], shown[1][2:])
    units = functional.normalize(_mean_colours(shown[0]), dim=1).unflatten(0, (4, 2))
    assert torch.allclose(embedded[0], units.mean(0))


class _ColourModel(nn.Module):
    """Takes a picture for its mean colour."""

    class _Visual(nn.Module):
        image_size = (16, 16)

    def __init__(self) -> None:
        super().__init__()
        self.visual = self._Visual()

    def encode_image(self, pictures: Tensor) -> Tensor:
        return _mean_colours(pictures)


def test_crops_other_than_the_attacked_ones_are_fooled_by_a_change_of_colour(tmp_path: Path) -> None:
    grey = Image.new("RGB", (RENDERING_SIDE, RENDERING_SIDE), (118, 118, 118))
    grey.save(tmp_path / "grey.png")
    # As the models' normalisation has it this grey is a little blue, and 0.12 are enough to make it red.
    blue, red = torch.tensor([0.0, 0.0, 1.0]), torch.tensor([1.0, 0.0, 0.0])
    texts = torch.stack([blue if label in ("photo", "noise") else red for label in WORDINGS])

    figures = measure_attacks_through_crops(_ColourModel(), texts, [Photo("grey", "wall", tmp_path / "grey.png")], 16)

    assert (figures["pictures"], figures["crops"]) == (4, 64)
    assert figures["unchanged"] == 1
    assert figures["attacked, whole"] == 0
    # What perspective shows beyond the border is black, and no attack reaches it.
    assert figures["attacked"] < 0.1
