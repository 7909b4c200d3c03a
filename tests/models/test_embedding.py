from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from benchmark.models.embedding import image_embedding, image_embeddings, prompt_embedding, similarity_matrix
from benchmark.models.provider import Models
from benchmark.models.role import Role

PROMPTS = ["a photo", "an oil painting", "a woodcut"]


class RandomClip(nn.Module):
    """Embeds images by their colours and prompts by their letters; counts the calls."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.colours = torch.randn(12, 8, generator=generator)
        self.letters = torch.randn(128, 8, generator=generator)
        self.image_batches: list[int] = []
        self.prompts: list[str] = []

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        self.image_batches.append(len(images))
        return functional.adaptive_avg_pool2d(images, 2).flatten(start_dim=1) @ self.colours

    def encode_text(self, prompts: list[str]) -> torch.Tensor:
        self.prompts += prompts
        return torch.stack([self.letters[[ord(letter) for letter in prompt]].sum(dim=0) for prompt in prompts])


class GivenModels(Models):
    def __init__(self, networks: dict[Role, nn.Module]) -> None:
        super().__init__({})
        self.networks = networks

    def load(self, role: Role) -> Any:
        return self.networks[role]


@pytest.fixture
def judge() -> RandomClip:
    return RandomClip(seed=0)


@pytest.fixture
def models(judge: RandomClip) -> GivenModels:
    return GivenModels({Role.CLIP_JUDGE: judge, Role.CLIP: RandomClip(seed=1)})


@pytest.fixture
def images() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(3, *size, generator=generator) for size in ((8, 8), (8, 12), (8, 8))]


def test_embeddings_have_unit_length_and_the_direction_of_the_models(
    models: GivenModels, judge: RandomClip, images: list[torch.Tensor]
) -> None:
    expected = judge.encode_image(images[0][None])[0]

    embedding = image_embedding(models, Role.CLIP_JUDGE, images[0])

    assert embedding.norm().item() == pytest.approx(1)
    torch.testing.assert_close(embedding, expected / expected.norm())


def test_images_of_one_size_share_a_batch_and_are_embedded_once(
    models: GivenModels, judge: RandomClip, images: list[torch.Tensor]
) -> None:
    together = image_embeddings(models, Role.CLIP_JUDGE, images)
    again = [image_embedding(models, Role.CLIP_JUDGE, image) for image in images]

    assert judge.image_batches == [2, 1]
    for first, second in zip(together, again, strict=True):
        assert torch.equal(first, second)


def test_a_prompt_is_embedded_once_and_without_a_template(models: GivenModels, judge: RandomClip) -> None:
    first = prompt_embedding(models, Role.CLIP_JUDGE, "a woodcut")
    second = prompt_embedding(models, Role.CLIP_JUDGE, "a woodcut")

    assert judge.prompts == ["a woodcut"]
    assert first.norm().item() == pytest.approx(1)
    assert torch.equal(first, second)


def test_each_role_has_its_own_embeddings(models: GivenModels, images: list[torch.Tensor]) -> None:
    for embed in (
        lambda role: image_embedding(models, role, images[0]),
        lambda role: prompt_embedding(models, role, "a woodcut"),
    ):
        assert not torch.allclose(embed(Role.CLIP), embed(Role.CLIP_JUDGE))


def test_rows_are_prompts_and_columns_are_images(models: GivenModels, images: list[torch.Tensor]) -> None:
    matrix = similarity_matrix(models, Role.CLIP_JUDGE, images[:2], PROMPTS)

    assert matrix.shape == (3, 2)
    for row, prompt in enumerate(PROMPTS):
        for column, image in enumerate(images[:2]):
            cosine = functional.cosine_similarity(
                models.load(Role.CLIP_JUDGE).encode_image(image[None]),
                models.load(Role.CLIP_JUDGE).encode_text([prompt]),
            )
            assert matrix[row, column].item() == pytest.approx(cosine.item(), abs=1e-6)


def test_a_matrix_without_images_or_prompts_is_empty(models: GivenModels, images: list[torch.Tensor]) -> None:
    assert similarity_matrix(models, Role.CLIP_JUDGE, [], PROMPTS).shape == (3, 0)
    assert similarity_matrix(models, Role.CLIP_JUDGE, images, []).shape == (0, 3)
