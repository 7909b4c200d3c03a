"""The wrapper around open_clip models, with a model of random weights."""

from __future__ import annotations

from pathlib import Path

import open_clip
import pytest
import torch
from torch import Tensor, nn
from torchvision.transforms.v2 import functional as transforms

from benchmark.errors import InputError
from benchmark.models.clip import ClipModel, load_open_clip
from tests.models.test_resizing import ROUNDING, blocks


class _Visual(nn.Module):
    """Keeps what it was given."""

    image_size = (32, 32)
    image_mean = (0.5, 0.4, 0.3)
    image_std = (0.2, 0.25, 0.5)


class _Towers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.visual = _Visual()
        self.weight = nn.Parameter(torch.ones(1))

    def encode_image(self, image: Tensor, normalize: bool = False) -> Tensor:
        return (image * self.weight).flatten(1)

    def encode_text(self, text: Tensor, normalize: bool = False) -> Tensor:
        return text.float() * self.weight


def _tokenize(prompts: list[str]) -> Tensor:
    return torch.tensor([[len(prompt)] for prompt in prompts])


@pytest.fixture
def model() -> ClipModel:
    return ClipModel(_Towers(), _tokenize, embedding_size=3 * 32 * 32)


def _shown(model: ClipModel, images: Tensor) -> Tensor:
    """Returns the input of the tower, back in [0, 1]."""
    return model.encode_image(images).view(-1, 3, 32, 32) * model.standard_deviation + model.mean


def test_sizes_are_those_of_the_model(model: ClipModel) -> None:
    assert model.image_size == 32
    assert model.embedding_size == 3 * 32 * 32


def test_an_image_of_the_input_size_is_only_normalised(model: ClipModel) -> None:
    images = torch.rand(2, 3, 32, 32)
    embedding = model.encode_image(images).view(2, 3, 32, 32)
    torch.testing.assert_close(embedding[:, 1], (images[:, 1] - 0.4) / 0.25)
    torch.testing.assert_close(_shown(model, images), images)


def test_embeddings_are_not_scaled_to_unit_length(model: ClipModel) -> None:
    images = torch.rand(1, 3, 32, 32)
    assert model.encode_image(images).norm() > 2


@pytest.mark.parametrize("side", [1, 3, 16])
@pytest.mark.parametrize("height_and_width", [(100, 100), (90, 140), (140, 90), (20, 24), (32, 50)])
def test_preprocessing_agrees_with_that_of_open_clip(
    model: ClipModel, height_and_width: tuple[int, int], side: int
) -> None:
    picture = transforms.to_pil_image(blocks(*height_and_width, side))
    transform = open_clip.image_transform(32, is_train=False, mean=_Visual.image_mean, std=_Visual.image_std)
    expected = transform(picture)[None] * model.standard_deviation + model.mean

    shown = _shown(model, transforms.to_image(picture)[None].float() / 255)

    torch.testing.assert_close(shown, expected, rtol=0, atol=ROUNDING)
    assert shown.min() >= -1e-6
    assert shown.max() <= 1 + 1e-6


def test_the_gradient_reaches_the_image_and_not_the_model(model: ClipModel) -> None:
    images = torch.rand(1, 3, 48, 40, requires_grad=True)
    model.encode_image(images).square().sum().backward()
    assert images.grad is not None
    assert images.grad.abs().sum() > 0
    assert all(not parameter.requires_grad for parameter in model.parameters())


def test_prompts_are_embedded_without_gradient(model: ClipModel) -> None:
    embedding = model.encode_text(("a", "four"))
    assert embedding.tolist() == [[1.0], [4.0]]
    assert not embedding.requires_grad


def test_training_mode_of_a_parent_does_not_wake_the_frozen_model(model: ClipModel) -> None:
    nn.Sequential(model).train()
    assert not model.training
    assert not model.towers.training


def test_an_unknown_architecture_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    file.touch()
    with pytest.raises(InputError, match="no-such-architecture"):
        load_open_clip("no-such-architecture", file)
