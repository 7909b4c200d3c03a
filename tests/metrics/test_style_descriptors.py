from __future__ import annotations

import pytest
import torch

from benchmark.models.role import Role
from metrics.style_descriptors import Csd
from tests.random_networks import EmbeddedAndRandom, random_networks


@pytest.fixture
def metric() -> Csd:
    metric = Csd()
    metric.prepare(EmbeddedAndRandom())
    return metric


def test_it_is_the_cosine_of_both_descriptors(metric: Csd, content: torch.Tensor, style: torch.Tensor) -> None:
    first, second = random_networks()[Role.CSD](torch.stack([content, style]))

    torch.testing.assert_close(metric.score(stylized=[content], style=[style]), (first @ second)[None])


def test_the_style_image_itself_is_most_similar(metric: Csd, style: torch.Tensor, blends: list[torch.Tensor]) -> None:
    scores = metric.score(stylized=blends, style=[style] * 5).tolist()

    assert max(scores) == scores[-1] == pytest.approx(1, abs=1e-6)


def test_it_says_what_is_doubtful() -> None:
    assert "do not reproduce their paper" in Csd.info.summary.replace("which ", "")
