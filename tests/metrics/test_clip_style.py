from __future__ import annotations

import open_clip
import pytest
import torch
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import to_pil_image

from benchmark.models.resizing import resize
from metrics.clip_patches import ClipPatchScore, ClipPatchSettings, patch_boxes
from metrics.clip_style import ClipStyleSimilarity
from tests.metrics.colour_judge import ColourJudge, JudgeOnly
from tests.models.test_resizing import ROUNDING, blocks

PROMPTS = {"red": (2.0, 0.1, 0.0), "green": (0.0, 1.0, 0.3)}


@pytest.fixture
def judge() -> ColourJudge:
    return ColourJudge(PROMPTS)


@pytest.fixture
def style_similarity(judge: ColourJudge) -> ClipStyleSimilarity:
    metric = ClipStyleSimilarity()
    metric.prepare(JudgeOnly(judge))
    return metric


@pytest.fixture
def patch_score(judge: ColourJudge) -> ClipPatchScore:
    metric = ClipPatchScore()
    metric.prepare(JudgeOnly(judge))
    return metric


def test_style_similarity_is_the_cosine_of_both_images(
    style_similarity: ClipStyleSimilarity, content: torch.Tensor, style: torch.Tensor
) -> None:
    expected = functional.cosine_similarity(content.mean(dim=(1, 2)), style.mean(dim=(1, 2)), dim=0)

    score = style_similarity.score(stylized=[content], style=[style])

    torch.testing.assert_close(score, expected[None])


def test_the_style_image_itself_is_most_similar(
    style_similarity: ClipStyleSimilarity, style: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    scores = style_similarity.score(stylized=blends, style=[style] * 5).tolist()

    assert scores == sorted(scores)
    assert scores[-1] == pytest.approx(1.0, abs=1e-6)


def test_each_style_image_is_embedded_once(
    style_similarity: ClipStyleSimilarity, judge: ColourJudge, style: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    style = style.clone()
    for image in blends[:3]:
        style_similarity.score(stylized=[image.clone()], style=[style])

    assert judge.embedded_images == 3 + 1


def test_patch_score_is_the_mean_cosine_of_the_crops(
    patch_score: ClipPatchScore, judge: ColourJudge, content: torch.Tensor
) -> None:
    text = torch.tensor(PROMPTS["green"])
    crops = [content[:, top : top + side, left : left + side] for top, left, side in patch_boxes(64, 64, 64)]
    resized = [resize(crop, 8, 8, InterpolationMode.BICUBIC) for crop in crops]
    expected = torch.stack(
        [functional.cosine_similarity(crop.mean(dim=(1, 2)), text, dim=0) for crop in resized]
    ).mean()

    score = patch_score.score(stylized=[content], prompt=["green"])

    torch.testing.assert_close(score, expected[None], rtol=1e-5, atol=1e-6)


def test_the_judge_sees_each_crop_as_open_clips_transform_shows_it(
    patch_score: ClipPatchScore, judge: ColourJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = blocks(50, 64, 5)
    shown: list[torch.Tensor] = []
    monkeypatch.setattr(judge, "encode_image", lambda crops: shown.extend(crops) or crops.mean(dim=(2, 3)))
    patch_score.score(stylized=[image], prompt=["green"])

    transform = open_clip.image_transform(judge.image_size, is_train=False, mean=(0, 0, 0), std=(1, 1, 1))
    for crop, (top, left, side) in zip(shown, patch_boxes(50, 64, 64), strict=True):
        expected = transform(to_pil_image(image[:, top : top + side, left : left + side]))
        torch.testing.assert_close(crop, expected, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize(("height", "width", "low", "high"), [(512, 512, 64, 224), (256, 400, 32, 112), (16, 16, 2, 7)])
def test_crops_scale_with_the_image_and_stay_inside(height: int, width: int, low: int, high: int) -> None:
    boxes = patch_boxes(height, width, 64)

    assert len(boxes) == 64
    assert {side for _, _, side in boxes} <= set(range(low, high + 1))
    assert all(0 <= top <= height - side and 0 <= left <= width - side for top, left, side in boxes)
    assert len(set(boxes)) > 32


def test_fewer_crops_are_the_first_of_more() -> None:
    assert patch_boxes(256, 192, 16) == patch_boxes(256, 192, 64)[:16]


def test_patch_score_embeds_as_many_crops_as_it_is_set_to(judge: ColourJudge, content: torch.Tensor) -> None:
    models = JudgeOnly(judge)
    scores = []
    for settings, number in ((ClipPatchSettings(patches=3), 3), (None, 64)):
        metric = ClipPatchScore(settings)
        metric.prepare(models)
        before = judge.embedded_images
        scores.append(metric.score(stylized=[content], prompt=["green"]).item())
        assert judge.embedded_images - before == number

    assert scores[0] != scores[1]


def test_patch_score_repeats_itself_whatever_the_global_random_state(
    patch_score: ClipPatchScore, content: torch.Tensor
) -> None:
    scores = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        scores.append(patch_score.score(stylized=[content.clone()], prompt=["red"]).item())

    assert scores[0] == scores[1]


def test_crops_are_embedded_once_for_several_prompts(
    patch_score: ClipPatchScore, judge: ColourJudge, content: torch.Tensor
) -> None:
    image = content.clone()
    patch_score.score(stylized=[image, image], prompt=["red", "green"])

    assert judge.embedded_images == 64
