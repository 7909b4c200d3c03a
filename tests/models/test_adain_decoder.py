"""The AdaIN decoder turns relu4_1 features back into the picture they came from, or into its stylized version."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.adain_decoder import AdaINDecoder
from benchmark.models.feature_statistics import adaptive_instance_normalization, mean_and_standard_deviation
from benchmark.models.specification import find_model
from benchmark.models.vgg import VGG19
from tools.published_weights import ADAIN_DECODER

skimage_data = pytest.importorskip("skimage.data", reason="needs the photographs of scikit-image")

STYLE_LAYERS = ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]


@pytest.fixture(scope="module")
def encoder() -> VGG19:
    return find_model("vgg19-embedded").load()


@pytest.fixture(scope="module")
def decoder() -> AdaINDecoder:
    return find_model("adain-decoder-embedded").load()


def photograph(name: str, size: int = 128) -> Tensor:
    pixels = torch.from_numpy(getattr(skimage_data, name)()).permute(2, 0, 1)[None] / 255
    side = min(pixels.shape[2:])
    return functional.interpolate(pixels[..., :side, :side], size=(size, size), mode="area")


def test_layers_stand_in_the_order_of_the_reference() -> None:
    decoder = AdaINDecoder()

    found = {
        index: tuple(layer.weight.shape[:2])
        for index, layer in enumerate(decoder.layers)
        if isinstance(layer, nn.Conv2d)
    }

    assert found == ADAIN_DECODER


@pytest.mark.parametrize(("height", "width"), [(2, 2), (3, 7), (16, 16)])
def test_images_are_eight_times_the_features(height: int, width: int) -> None:
    images = AdaINDecoder()(torch.zeros(2, 512, height, width))

    assert images.shape == (2, 3, 8 * height, 8 * width)


@pytest.mark.parametrize("shape", [(512, 4, 4), (1, 256, 4, 4), (1, 512, 1, 4)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="N x 512 x h x w"):
        AdaINDecoder()(torch.zeros(shape))


def test_embedded_weights_are_small_on_disk_and_float32_and_frozen_in_memory(decoder: AdaINDecoder) -> None:
    parameters = list(decoder.parameters())

    assert find_model("adain-decoder-embedded").files()[0].stat().st_size < 8_000_000
    assert {parameter.dtype for parameter in parameters} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in parameters)
    assert not decoder.training


def test_a_photograph_is_recognisable_after_encoding_and_decoding(encoder: VGG19, decoder: AdaINDecoder) -> None:
    content = photograph("astronaut")

    decoded = decoder(encoder(content, ["relu4_1"])["relu4_1"]).clamp(0, 1)

    error = functional.mse_loss(decoded, content).item()
    # A flat picture of the mean colour, the best guess without any content, has the variance as its error.
    assert error < 0.35 * content.var(dim=(2, 3)).mean().item()


def test_stylizing_moves_the_statistics_of_every_layer_towards_the_style(encoder: VGG19, decoder: AdaINDecoder) -> None:
    content, style = photograph("astronaut"), photograph("coffee")
    content_features, style_features = encoder(content, STYLE_LAYERS), encoder(style, STYLE_LAYERS)
    target = adaptive_instance_normalization(content_features["relu4_1"], style_features["relu4_1"])

    stylized_features = encoder(decoder(target).clamp(0, 1), STYLE_LAYERS)

    for layer in STYLE_LAYERS:
        before = moment_distance(content_features[layer], style_features[layer])
        after = moment_distance(stylized_features[layer], style_features[layer])
        assert after < 0.6 * before, layer


def moment_distance(features: Tensor, style_features: Tensor) -> float:
    moments = zip(mean_and_standard_deviation(features), mean_and_standard_deviation(style_features), strict=True)
    return sum(functional.mse_loss(ours, wanted).item() for ours, wanted in moments)
