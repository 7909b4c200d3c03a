from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from metrics.clip_similarity import ClipDirectionalSimilarity, ClipTextSimilarity
from tests.metrics.colour_judge import ColourJudge, JudgeOnly

MEANINGS = {
    "a photo": (1.0, 1.0, 1.0),
    "a red painting": (3.0, 1.0, 1.0),
    "a picture without red": (0.0, 1.0, 1.0),
    "a blue painting": (1.0, 1.0, 3.0),
}


@pytest.fixture
def judge() -> ColourJudge:
    return ColourJudge(MEANINGS)


@pytest.fixture
def text_similarity(judge: ColourJudge) -> ClipTextSimilarity:
    metric = ClipTextSimilarity()
    metric.prepare(JudgeOnly(judge))
    return metric


@pytest.fixture
def directional_similarity(judge: ColourJudge) -> ClipDirectionalSimilarity:
    metric = ClipDirectionalSimilarity()
    metric.prepare(JudgeOnly(judge))
    return metric


def plain(red: float, green: float, blue: float, side: int = 4) -> torch.Tensor:
    return torch.tensor([red, green, blue]).view(3, 1, 1).expand(3, side, side).clone()


def test_text_similarity_is_the_raw_cosine(text_similarity: ClipTextSimilarity) -> None:
    image, prompt = (0.9, 0.2, 0.4), "a red painting"
    expected = functional.cosine_similarity(torch.tensor(image), torch.tensor(MEANINGS[prompt]), dim=0)

    score = text_similarity.score(stylized=[plain(*image)], prompt=[prompt])

    torch.testing.assert_close(score, expected[None])


def test_text_similarity_grows_towards_the_prompt(text_similarity: ClipTextSimilarity) -> None:
    blends = [torch.lerp(plain(0.5, 0.5, 0.5), plain(0.9, 0.3, 0.3), share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]

    scores = text_similarity.score(stylized=blends, prompt=["a red painting"] * 5).tolist()

    assert scores == sorted(scores)
    assert len(set(scores)) == 5


def test_direction_is_the_difference_of_unit_length_embeddings(
    directional_similarity: ClipDirectionalSimilarity,
) -> None:
    stylized, content, prompt = (0.9, 0.1, 0.3), (0.2, 0.6, 0.3), "a blue painting"

    def unit(values: tuple[float, float, float]) -> torch.Tensor:
        return functional.normalize(torch.tensor(values), dim=0)

    image_change = unit(stylized) - unit(content)
    text_change = unit(MEANINGS[prompt]) - unit(MEANINGS["a photo"])
    expected = image_change @ text_change / (image_change.norm() * text_change.norm())

    score = directional_similarity.score(stylized=[plain(*stylized)], content=[plain(*content)], prompt=[prompt])

    torch.testing.assert_close(score, expected[None])


def test_direction_tells_towards_from_away(directional_similarity: ClipDirectionalSimilarity) -> None:
    towards, away = directional_similarity.score(
        stylized=[plain(0.8, 0.4, 0.4), plain(0.1, 0.4, 0.4)],
        content=[plain(0.4, 0.4, 0.4)] * 2,
        prompt=["a red painting"] * 2,
    ).tolist()

    assert towards > 0.8
    assert away < -0.8


def test_the_content_itself_has_no_direction(directional_similarity: ClipDirectionalSimilarity) -> None:
    content = plain(0.2, 0.6, 0.3)
    almost = content + 1e-6

    scores = directional_similarity.score(
        stylized=[content.clone(), almost], content=[content, content], prompt=["a red painting"] * 2
    )

    assert scores.tolist() == [0.0, 0.0]


def test_the_source_prompt_has_no_direction(directional_similarity: ClipDirectionalSimilarity) -> None:
    score = directional_similarity.score(
        stylized=[plain(0.9, 0.1, 0.3)], content=[plain(0.2, 0.6, 0.3)], prompt=["a photo"]
    )

    assert score.tolist() == [0.0]


def test_a_batch_of_mixed_sizes_equals_single_images(
    text_similarity: ClipTextSimilarity, directional_similarity: ClipDirectionalSimilarity
) -> None:
    stylized = [plain(0.9, 0.1, 0.3), plain(0.2, 0.2, 0.9, side=6), plain(0.6, 0.6, 0.1)]
    contents = [plain(0.2, 0.6, 0.3), plain(0.2, 0.6, 0.3, side=6), plain(0.5, 0.5, 0.5)]
    prompts = ["a red painting", "a blue painting", "a picture without red"]

    for metric in (text_similarity, directional_similarity):
        together = metric.score(stylized=stylized, content=contents, prompt=prompts)
        for position, score in enumerate(together):
            single = metric.score(
                stylized=[stylized[position].clone()], content=[contents[position]], prompt=[prompts[position]]
            )
            torch.testing.assert_close(score, single[0])


def test_each_image_is_embedded_once_for_both_metrics(judge: ColourJudge) -> None:
    models = JudgeOnly(judge)
    metrics = [ClipTextSimilarity(), ClipDirectionalSimilarity()]
    contents = [plain(0.2, 0.6, 0.3), plain(0.5, 0.5, 0.5)]
    kept = []

    for shade in (0.1, 0.9):
        stylized = [plain(shade, 0.1, 0.3), plain(0.2, shade, 0.9)]
        kept.append(stylized)
        for metric in metrics:
            metric.prepare(models)
            metric.score(stylized=stylized, content=contents, prompt=["a red painting", "a blue painting"])

    assert judge.embedded_images == len(contents) + 4
