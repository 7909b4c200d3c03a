"""The cosine is that of open_clip used directly, and other "CLIP scores" are the functions of it that the docs name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from PIL import Image
from skimage import data
from torch import nn
from torchmetrics.multimodal.clip_score import CLIPScore

from benchmark.images import fit_square, to_tensor
from benchmark.models.clip import ClipModel
from benchmark.models.provider import Models
from metrics.clip_similarity import ClipTextSimilarity
from metrics.clip_style import ClipStyleSimilarity
from tests.metrics.colour_judge import JudgeOnly

SIDE = 64
PROMPTS = ("a pencil sketch", "neon light", "an oil painting of a cat")


@pytest.fixture(scope="module")
def towers() -> CLIP:
    """A CLIP of the published architecture, small and with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        vision = CLIPVisionCfg(layers=2, width=64, head_width=32, patch_size=16, image_size=SIDE)
        towers = CLIP(embed_dim=32, vision_cfg=vision, text_cfg=CLIPTextCfg(width=64, heads=2, layers=2))
    towers.visual.image_mean = open_clip.OPENAI_DATASET_MEAN
    towers.visual.image_std = open_clip.OPENAI_DATASET_STD
    return towers.eval()


@pytest.fixture(scope="module")
def models(towers: CLIP) -> Models:
    return JudgeOnly(ClipModel(towers, open_clip.get_tokenizer("ViT-B-32"), embedding_size=32))


def photograph(name: str, side: int) -> Image.Image:
    return fit_square(Image.fromarray(getattr(data, name)()), side)


def directly(towers: CLIP, image: Image.Image) -> torch.Tensor:
    transform = open_clip.image_transform(
        SIDE, is_train=False, mean=open_clip.OPENAI_DATASET_MEAN, std=open_clip.OPENAI_DATASET_STD
    )
    with torch.no_grad():
        return towers.encode_image(transform(image)[None], normalize=True)[0]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_the_cosine_is_that_of_open_clip(towers: CLIP, models: Models, name: str, prompt: str) -> None:
    picture = photograph(name, SIDE)
    tokens = open_clip.get_tokenizer("ViT-B-32")([prompt])
    with torch.no_grad():
        expected = directly(towers, picture) @ towers.encode_text(tokens, normalize=True)[0]
    metric = ClipTextSimilarity()
    metric.prepare(models)

    score = metric.score(stylized=[to_tensor(picture)], prompt=[prompt])

    # The same float32 operations on an image of the input's size; only the order of some differs.
    torch.testing.assert_close(score[0], expected, rtol=1e-4, atol=1e-6)


def test_the_cosine_to_the_style_image_is_that_of_open_clip_at_another_size(towers: CLIP, models: Models) -> None:
    pictures = [photograph(name, 100) for name in ("astronaut", "coffee")]
    first, second = (directly(towers, picture) for picture in pictures)
    metric = ClipStyleSimilarity()
    metric.prepare(models)

    score = metric.score(stylized=[to_tensor(pictures[0])], style=[to_tensor(pictures[1])])

    # PIL rounds to 8 bits twice.
    assert score.item() == pytest.approx((first @ second).item(), abs=1e-3)


def as_torchmetrics_wants(towers: CLIP) -> tuple[nn.Module, Any]:
    """The towers with the interface of transformers, which torchmetrics speaks."""
    tokenizer = open_clip.get_tokenizer("ViT-B-32")
    transform = open_clip.image_transform(
        SIDE, is_train=False, mean=open_clip.OPENAI_DATASET_MEAN, std=open_clip.OPENAI_DATASET_STD
    )

    class Adapter(nn.Module):
        config = SimpleNamespace(text_config=SimpleNamespace(max_position_embeddings=77))

        def get_image_features(self, pixels: torch.Tensor) -> torch.Tensor:
            return towers.encode_image(pixels)

        def get_text_features(self, tokens: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return towers.encode_text(tokens)

    def processor(text: Any = None, images: Any = None, **_: Any) -> dict[str, torch.Tensor]:
        if images is not None:
            pictures = [Image.fromarray(image.permute(1, 2, 0).numpy()) for image in images]
            return {"pixel_values": torch.stack([transform(picture) for picture in pictures])}
        tokens = tokenizer(text)
        return {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}

    return Adapter(), processor


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_torchmetrics_gives_a_hundred_times_the_cosine_or_zero(
    towers: CLIP, models: Models, name: str, prompt: str
) -> None:
    picture = photograph(name, SIDE)
    metric = ClipTextSimilarity()
    metric.prepare(models)
    cosine = metric.score(stylized=[to_tensor(picture)], prompt=[prompt]).item()
    reference = CLIPScore(model_name_or_path=lambda: as_torchmetrics_wants(towers))

    with torch.no_grad():
        found = reference(torch.from_numpy(np.array(picture)).permute(2, 0, 1), prompt).item()

    assert found == pytest.approx(100 * max(cosine, 0), abs=1e-4)


def test_some_of_these_cosines_are_negative_and_some_are_not(models: Models) -> None:
    """Otherwise the clamping of the others would not have been tested."""
    metric = ClipTextSimilarity()
    metric.prepare(models)
    images = [to_tensor(photograph(name, SIDE)) for name in ("astronaut", "coffee", "chelsea")]
    cosines = [metric.score(stylized=images, prompt=[prompt] * 3) for prompt in PROMPTS]

    assert torch.stack(cosines).min() < 0 < torch.stack(cosines).max()


def test_hessels_clip_score_is_the_cosine_of_another_prompt(towers: CLIP, models: Models) -> None:
    """2.5 · max(cos, 0) with "A photo depicts" before the prompt, equation 1 and section 3 of Hessel et al. 2021."""
    picture, prompt = photograph("astronaut", SIDE), "a pencil sketch"
    tokens = open_clip.get_tokenizer("ViT-B-32")([f"A photo depicts {prompt}"])
    with torch.no_grad():
        text = towers.encode_text(tokens, normalize=True)[0]
    expected = 2.5 * max((directly(towers, picture) @ text).item(), 0)
    metric = ClipTextSimilarity()
    metric.prepare(models)

    cosine = metric.score(stylized=[to_tensor(picture)], prompt=[f"A photo depicts {prompt}"]).item()

    assert 2.5 * max(cosine, 0) == pytest.approx(expected, abs=1e-5)
