"""Where an image tower finds what a text says."""

from __future__ import annotations

import math

import open_clip
import pytest
import timm
import torch
from torch import Tensor, nn

from benchmark.errors import InputError
from benchmark.models.relevance import relevance
from benchmark.models.specification import find_model


@pytest.fixture(scope="module")
def transformer() -> nn.Module:
    """A small ViT of open_clip with random weights: 4×4 places, two blocks."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tower = open_clip.transformer.VisionTransformer(
            image_size=32, patch_size=8, width=16, layers=2, heads=2, mlp_ratio=2.0, output_dim=12
        )
    return tower.requires_grad_(False).eval()


@pytest.fixture
def images() -> Tensor:
    return torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def texts() -> Tensor:
    return torch.randn(2, 12, generator=torch.Generator().manual_seed(2))


def restated(tower: nn.Module, image: Tensor, text: Tensor) -> Tensor:
    """Gradient × attention of Chefer et al. 2021, with the whole transformer written out and a loop over the heads."""
    hidden = tower.conv1(image[None]).flatten(2).mT
    hidden = torch.cat([tower.class_embedding.view(1, 1, -1), hidden], dim=1) + tower.positional_embedding
    hidden = tower.ln_pre(hidden)[0]
    attentions = []
    for block in tower.transformer.resblocks:
        normal, heads = block.ln_1(hidden), []
        query, key, value = (normal @ block.attn.in_proj_weight.T + block.attn.in_proj_bias).chunk(3, dim=1)
        for part in (slice(0, 8), slice(8, 16)):
            attention = (query[:, part] @ key[:, part].T / math.sqrt(8)).softmax(dim=1)
            attentions.append(attention.requires_grad_())
            heads.append(attentions[-1] @ value[:, part])
        hidden = hidden + block.attn.out_proj(torch.cat(heads, dim=1))
        hidden = hidden + block.mlp(block.ln_2(hidden))
    embedding = tower.ln_post(hidden)[0] @ tower.proj
    gradients = torch.autograd.grad(torch.cosine_similarity(embedding, text, dim=0), attentions)
    total = torch.eye(17)
    for block in (0, 2):
        steps = [(gradients[head] * attentions[head]).clamp_min(0) for head in (block, block + 1)]
        total = total + (steps[0] + steps[1]) / 2 @ total
    return total[0, 1:].view(4, 4).detach()


def test_of_a_transformer_it_is_gradient_times_attention(transformer, images, texts):
    places = relevance(transformer, transformer, images, texts)

    expected = torch.stack([restated(transformer, image, text) for image, text in zip(images, texts, strict=True)])
    torch.testing.assert_close(places, expected)
    assert places.max() > 0


def test_the_tower_is_left_as_it_was(transformer, images, texts):
    before = transformer(images)

    relevance(transformer, transformer, images, texts)

    assert torch.equal(transformer(images), before)
    assert not any(module._forward_hooks for module in transformer.modules())


def test_of_a_convolutional_tower_it_is_gradient_times_the_last_features_of_seven_by_seven():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first, last = nn.Conv2d(3, 4, 4, stride=4), nn.Conv2d(4, 5, 2, stride=2)
    tower = nn.Sequential(first, last, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    images, text = torch.rand(1, 3, 32, 40), torch.randn(1, 5)

    places = relevance(tower, tower, images, text)

    # 8×10 places after the first convolution; the second leaves 4×5.
    features = first(images).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(torch.cosine_similarity(last(features).mean((2, 3)), text).sum(), features)
    torch.testing.assert_close(places, (gradient * features).sum(1).clamp_min(0).detach())


def test_the_embedded_model_has_nine_by_nine_places():
    clip = find_model("clip-tiny").load()

    places = clip.relevance(torch.rand(1, 3, 144, 144), clip.encode_text(["fire"]))

    assert places.shape == (1, 9, 9)
    assert places.min() >= 0 < places.max()


def test_a_tower_without_places_is_refused():
    tower = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten())

    with pytest.raises(InputError, match="no attention and no features on 7×7 places"):
        relevance(tower, tower, torch.rand(1, 3, 32, 32), torch.rand(1, 12))


class TestTowersWhoseAttentionCannotBeRead:
    def test_of_timm_are_refused(self):
        tower = timm.create_model("vit_tiny_patch16_224", num_classes=8, depth=1, embed_dim=12, num_heads=3).eval()
        with pytest.raises(InputError, match="inside timm's layers"):
            relevance(tower, tower, torch.rand(1, 3, 224, 224), torch.rand(1, 8))

    def test_that_pool_by_attention_are_refused(self):
        class Pooled(nn.Module):
            def __init__(self):
                super().__init__()
                self.query = nn.Parameter(torch.rand(1, 4, 8))
                self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

            def forward(self, images):
                places = images.flatten(2).mT.repeat(1, 1, 3)[:, :, :8]
                pooled, _ = self.attention(self.query.expand(len(images), -1, -1), places, places)
                return pooled.mean(dim=1)

        tower = Pooled()
        with pytest.raises(InputError, match="pools its places by attention"):
            relevance(tower, tower, torch.rand(1, 3, 8, 8), torch.rand(1, 8))
