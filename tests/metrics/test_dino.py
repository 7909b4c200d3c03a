from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.nn import functional

from benchmark.models.role import Role
from metrics.dino import DinoSimilarity, DinoStructure, DinoStyleSimilarity
from tests.random_networks import EmbeddedAndRandom, random_networks

Picture = Callable[[str, int], torch.Tensor]


def prepared(metric):
    metric.prepare(EmbeddedAndRandom())
    return metric


def test_similarities_are_cosines_of_the_class_tokens(content: torch.Tensor, style: torch.Tensor) -> None:
    stylized = torch.lerp(content, style, 0.5)
    tokens = {name: random_networks()[Role.DINO](image[None])[0] for name, image in
              (("stylized", stylized), ("content", content), ("style", style))}  # fmt: skip

    for metric, other in ((DinoSimilarity(), "content"), (DinoStyleSimilarity(), "style")):
        expected = functional.cosine_similarity(tokens["stylized"], tokens[other], dim=0)
        score = prepared(metric).score(stylized=[stylized], content=[content], style=[style])
        torch.testing.assert_close(score, expected[None])


def test_an_image_is_like_itself(content: torch.Tensor) -> None:
    for metric in (DinoSimilarity(), DinoStyleSimilarity()):
        score = prepared(metric).score(stylized=[content.clone()], content=[content], style=[content])
        assert score.item() == pytest.approx(1, abs=1e-6)


def restated_structure(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Splice's loss on keys, T×D: cosines of all pairs of tokens, one pair at a time."""
    maps = []
    for keys in (first, second):
        lengths = keys.norm(dim=1)
        maps.append(
            torch.stack([torch.stack([a @ b / (p * q).clamp(min=1e-8) for b, q in zip(keys, lengths, strict=True)])
                         for a, p in zip(keys, lengths, strict=True)])
        )  # fmt: skip
    return functional.mse_loss(*maps)


def test_structure_is_the_squared_difference_of_the_self_similarities(
    content: torch.Tensor, style: torch.Tensor
) -> None:
    first, second = (random_networks()[Role.DINO_STRUCTURE](image[None])[0] for image in (style, content))
    metric = prepared(DinoStructure())

    score, back = (metric.score(stylized=[a], content=[b]) for a, b in ((style, content), (content, style)))

    assert len(first) == 1 + 8 * 8
    torch.testing.assert_close(score, restated_structure(first, second)[None], rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(score, back)
    assert metric.score(stylized=[content.clone()], content=[content]).item() == 0


def test_structure_does_not_depend_on_the_order_of_the_tokens() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = torch.randn(2, 9, 6, generator=generator)
    order = torch.randperm(9, generator=generator)

    torch.testing.assert_close(restated_structure(first[order], second[order]), restated_structure(first, second))


def test_structure_sees_a_gain_less_than_another_picture(content: torch.Tensor, style: torch.Tensor) -> None:
    metric = prepared(DinoStructure())

    gain, other = (metric.score(stylized=[image], content=[content]).item() for image in (0.9 * content, style))

    assert gain < other / 3


def test_structure_refuses_another_size(content: torch.Tensor, picture: Picture) -> None:
    with pytest.raises(ValueError, match="content and stylized image differ in size"):
        prepared(DinoStructure()).score(stylized=[content], content=[picture("contents/cat", 80)])
