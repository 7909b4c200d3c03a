from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from metrics.clip_content import ClipContentSimilarity
from metrics.clip_style import ClipStyleSimilarity
from tests.metrics.colour_judge import ColourJudge, JudgeOnly


@pytest.fixture
def judge() -> ColourJudge:
    return ColourJudge({})


def test_it_is_the_cosine_of_both_images(
    judge: ColourJudge, content: torch.Tensor, style: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    metric = ClipContentSimilarity()
    metric.prepare(JudgeOnly(judge))
    expected = functional.cosine_similarity(content.mean(dim=(1, 2)), style.mean(dim=(1, 2)), dim=0)

    torch.testing.assert_close(metric.score(stylized=[style], content=[content]), expected[None])
    scores = metric.score(stylized=blends, content=[content] * 5).tolist()
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1.0, abs=1e-6)


def test_stylized_image_and_content_pass_the_judge_once_for_both_similarities(
    judge: ColourJudge, content: torch.Tensor, style: torch.Tensor
) -> None:
    models, stylized = JudgeOnly(judge), torch.lerp(content, style, 0.5)
    for metric in (ClipContentSimilarity(), ClipStyleSimilarity()):
        metric.prepare(models)
        metric.score(stylized=[stylized], content=[content], style=[style])

    assert judge.embedded_images == 3
