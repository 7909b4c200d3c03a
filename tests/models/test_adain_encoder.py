"""The published pair of AdaIN: our networks against a plain restatement of the published ones, on random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.errors import InputError
from benchmark.models.adain_decoder import load_adain_decoder
from benchmark.models.adain_encoder import AdaINEncoder, load_adain_encoder
from methods.adain.method import AdaIN
from methods.adain.settings import AdaINSettings
from tools.published_weights import ADAIN_DECODER, ADAIN_ENCODER, convolutions

POOLED_BEFORE = (9, 16, 29)
ENLARGED_BEFORE = (5, 18, 25)


def encode(weights: dict[str, Tensor], images: Tensor) -> Tensor:
    features = functional.conv2d(images, weights["0.weight"], weights["0.bias"])
    for position in (2, 5, 9, 12, 16, 19, 22, 25, 29):
        if position in POOLED_BEFORE:
            features = functional.max_pool2d(features, 2, 2, ceil_mode=True)
        padded = functional.pad(features, (1, 1, 1, 1), mode="reflect")
        features = functional.conv2d(padded, weights[f"{position}.weight"], weights[f"{position}.bias"]).relu()
    return features


def decode(weights: dict[str, Tensor], features: Tensor) -> Tensor:
    for position in ADAIN_DECODER:
        if position in ENLARGED_BEFORE:
            features = features.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        padded = functional.pad(features, (1, 1, 1, 1), mode="reflect")
        features = functional.conv2d(padded, weights[f"{position}.weight"], weights[f"{position}.bias"])
        if position != 28:
            features = features.relu()
    return features


def normalize(content: Tensor, style: Tensor) -> Tensor:
    moments = [(f.flatten(2).mean(2)[..., None, None], (f.flatten(2).var(2) + 1e-5).sqrt()[..., None, None])
               for f in (content, style)]  # fmt: skip
    (content_mean, content_deviation), (style_mean, style_deviation) = moments
    return (content - content_mean) / content_deviation * style_deviation + style_mean


@pytest.fixture(scope="module")
def encoder_weights() -> dict[str, Tensor]:
    return convolutions(ADAIN_ENCODER, seed=0)


@pytest.fixture(scope="module")
def decoder_weights() -> dict[str, Tensor]:
    return convolutions(ADAIN_DECODER, seed=1)


@pytest.fixture(scope="module")
def files(encoder_weights, decoder_weights, tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("weights")
    torch.save(decoder_weights, folder / "decoder.pth")
    torch.save(encoder_weights, folder / "vgg_normalised.pth")
    return folder / "decoder.pth", folder / "vgg_normalised.pth"


def picture(height: int, width: int, seed: int) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("height", "width"), [(64, 64), (61, 90), (9, 9)])
def test_the_encoder_is_the_published_one(files, encoder_weights, height, width):
    images = picture(height, width, seed=2)[None]

    features = load_adain_encoder(files[1])(images)

    # Ours convolve in another order of sums (`benchmark.models.winograd`).
    torch.testing.assert_close(features, encode(encoder_weights, images), rtol=1e-4, atol=1e-4)
    assert features.shape == (1, 512, -(-height // 8), -(-width // 8))


def test_the_decoder_is_the_published_one(files, decoder_weights):
    features = torch.rand(1, 512, 5, 7, generator=torch.Generator().manual_seed(3))

    torch.testing.assert_close(
        load_adain_decoder(*files)(features), decode(decoder_weights, features), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("alpha", [1.0, 0.6])
def test_the_method_with_the_published_pair_is_the_published_network(files, encoder_weights, decoder_weights, alpha):
    decoder = load_adain_decoder(*files)
    content, style = picture(64, 96, seed=4), picture(64, 72, seed=5)

    class Published:
        device = torch.device("cpu")

        def adain_decoder(self) -> nn.Module:
            return decoder

        def remember(self, image: Tensor, name: object, compute: Callable[[], Tensor]) -> Tensor:
            return compute()

    method = AdaIN(AdaINSettings(alpha=alpha))
    method.prepare(Published())
    stylized = method.stylize(content, [StyleCondition(style)], torch.Generator())

    content_features, style_features = (encode(encoder_weights, image[None]) for image in (content, style))
    target = alpha * normalize(content_features, style_features) + (1 - alpha) * content_features
    expected = decode(decoder_weights, target)[0].clamp(0, 1)
    assert 0.05 < expected.std() < 0.5
    torch.testing.assert_close(stylized, expected, rtol=1e-4, atol=1e-5)


def test_the_pair_is_frozen_and_moves_together(files):
    decoder = load_adain_decoder(*files)

    assert isinstance(decoder.encoder, AdaINEncoder)
    assert not any(parameter.requires_grad for parameter in decoder.parameters())
    assert not decoder.encoder.training
    assert {parameter.device.type for parameter in decoder.to("meta").encoder.parameters()} == {"meta"}


def test_exchanged_files_are_refused(files):
    with pytest.raises(InputError, match=r"vgg_normalised\.pth does not hold the decoder of AdaIN"):
        load_adain_decoder(*reversed(files))


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 1, 64, 64), (1, 3, 8, 64)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="N x 3 x H x W, H and W >= 9"):
        AdaINEncoder()(torch.zeros(shape))
