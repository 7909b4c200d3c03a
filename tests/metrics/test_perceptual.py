from __future__ import annotations

import pytest
import torch

from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_models
from metrics.perceptual import Lpips, StLpips


@pytest.fixture
def models() -> Models:
    return Models(find_models({Role.PERCEPTUAL: "st-lpips-alex"}))


@pytest.fixture
def metric(models: Models) -> StLpips:
    metric = StLpips()
    metric.prepare(models)
    return metric


@pytest.fixture
def batches(models: Models) -> list[int]:
    """Sizes of the batches that went through the network."""
    sizes: list[int] = []
    first_layer = models.load(Role.PERCEPTUAL).stages[0]
    first_layer.register_forward_pre_hook(lambda module, inputs: sizes.append(len(inputs[0])))
    return sizes


def test_the_content_itself_scores_zero(metric: StLpips, content: torch.Tensor) -> None:
    assert metric.score(stylized=[content.clone()], content=[content]).tolist() == [0.0]


def test_the_score_is_the_networks_distance(
    metric: StLpips, models: Models, content: torch.Tensor, style: torch.Tensor
) -> None:
    expected = models.load(Role.PERCEPTUAL)(style[None], content[None])

    torch.testing.assert_close(metric.score(stylized=[style], content=[content]), expected)


def test_the_score_grows_from_content_to_style(
    metric: StLpips, content: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    scores = metric.score(stylized=blends, content=[content] * len(blends)).tolist()

    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)


def test_a_batch_of_mixed_sizes_equals_single_images(
    metric: StLpips, content: torch.Tensor, style: torch.Tensor
) -> None:
    stylized = [style, style[:, :48], content.flip(2)]
    contents = [content, content[:, :48], content]

    together = metric.score(stylized=stylized, content=contents)

    for score, image, reference in zip(together, stylized, contents, strict=True):
        torch.testing.assert_close(score, metric.score(stylized=[image], content=[reference.clone()])[0])


def test_features_of_a_content_are_computed_once(
    metric: StLpips, batches: list[int], content: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    metric.score(stylized=blends[1:3], content=[content, content])
    metric.score(stylized=blends[3:], content=[content, content])

    assert batches == [1, 2, 2]


def test_images_of_another_size_than_their_content_are_refused(metric: StLpips, content: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="st_lpips: content and stylized image differ in size"):
        metric.score(stylized=[content[:, 1:]], content=[content])


def test_lpips_asks_for_its_own_network() -> None:
    assert Lpips.info.backbone is Role.LPIPS
    assert StLpips.info.backbone is Role.PERCEPTUAL


def test_lpips_scores_with_the_network_of_its_role(
    models: Models, monkeypatch: pytest.MonkeyPatch, content: torch.Tensor, style: torch.Tensor
) -> None:
    network = models.load(Role.PERCEPTUAL)
    asked: list[Role] = []
    monkeypatch.setattr(models, "load", lambda role: (asked.append(role), network)[1])
    metric = Lpips()
    metric.prepare(models)

    score = metric.score(stylized=[style], content=[content])

    assert set(asked) == {Role.LPIPS}
    torch.testing.assert_close(score, network(style[None], content[None]))
