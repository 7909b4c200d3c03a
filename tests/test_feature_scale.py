"""A loss means the same on every VGG-19: on the original network and on its twin of another scale."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.models.feature_scale import UNIT_VARIANCE_SCALE
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import MODELS, ModelSpecification, VGGSpecification, find_model
from benchmark.models.vgg import CONVOLUTIONS
from benchmark.testing.sample import EMBEDDED_MODELS, sample_image
from methods.adain.method import AdaIN
from methods.clipstyler.optimization import PromptDescent, PromptLoss
from methods.clipstyler.settings import CLIPstylerSettings
from methods.gatys.method import Gatys
from methods.gatys.optimization import GatysLoss
from methods.gatys.settings import GatysSettings
from metrics.self_similarity import Cfsd
from metrics.vgg_losses import VggContentLoss, VggStyleLoss
from tests.vgg_twins import load_smaller, smaller_vgg

CONTENT, STYLE, STYLIZED = (sample_image(48, 48, seed=seed) for seed in (1, 2, 3))
LAYERS = tuple(name.replace("conv", kind) for name in CONVOLUTIONS for kind in ("conv", "relu"))


def models_with(vgg: ModelSpecification) -> Models:
    embedded = {role: find_model(name) for role, name in EMBEDDED_MODELS.items()}
    return Models({**embedded, Role.VGG: vgg})


@pytest.fixture(scope="module")
def original() -> Models:
    return models_with(find_model("vgg19-embedded"))


@pytest.fixture(scope="module", params=[57.7, 300.0], ids=lambda divisor: f"smaller-{divisor}")
def twin(request: pytest.FixtureRequest) -> Models:
    return models_with(smaller_vgg(request.param))


def test_a_twins_features_are_smaller_before_it_is_brought_to_the_original_scale(original: Models) -> None:
    """Guards the other tests, which would pass if the twin were the original network itself."""
    for layer, features in original.vgg()(CONTENT[None], LAYERS).items():
        smaller = load_smaller("300")(CONTENT[None], [layer])[layer]
        torch.testing.assert_close(300 * smaller, features, rtol=1e-4, atol=1e-4 * features.abs().max().item())


def test_every_layer_of_a_twin_is_the_original_networks(original: Models, twin: Models) -> None:
    expected = original.vgg()(CONTENT[None], LAYERS)

    for layer, features in twin.vgg()(CONTENT[None], LAYERS).items():
        tolerance = 1e-5 * expected[layer].abs().max().item()
        torch.testing.assert_close(features, expected[layer], rtol=1e-4, atol=tolerance)


@pytest.mark.parametrize("metric", [VggContentLoss, VggStyleLoss, Cfsd], ids=lambda metric: metric.info.name)
def test_a_metric_gives_a_twin_the_same_numbers(
    original: Models, twin: Models, metric: type[VggContentLoss | VggStyleLoss | Cfsd]
) -> None:
    scores = []
    for models in (original, twin):
        prepared = metric()
        prepared.prepare(models)
        scores.append(prepared.score(stylized=[STYLIZED.clone()], content=[CONTENT], style=[STYLE]))

    torch.testing.assert_close(scores[1], scores[0], rtol=1e-4, atol=0.0)
    assert scores[0].flatten()[0] > 0


def test_the_loss_of_gatys_is_the_same_on_a_twin(original: Models, twin: Models) -> None:
    losses = [
        GatysLoss(models.vgg(), GatysSettings(), CONTENT[None], STYLE[None])(STYLIZED[None])
        for models in (original, twin)
    ]

    torch.testing.assert_close(losses[1], losses[0], rtol=1e-4, atol=0.0)


def test_clipstylers_content_loss_is_the_same_on_a_twin(original: Models, twin: Models) -> None:
    """With no other term, and the weight of the paper."""
    settings = CLIPstylerSettings(patch_weight=0, directional_weight=0, total_variation_weight=0, patches=1)
    losses = []
    for models in (original, twin):
        targets = PromptDescent(models.vgg(), models.clip(), settings)._targets(
            [StyleCondition(prompt="fire")], CONTENT
        )
        loss = PromptLoss(models.vgg(), models.clip(), settings, CONTENT[None], targets, scale=0.2)
        losses.append(loss(STYLIZED[None], torch.Generator().manual_seed(0)))

    torch.testing.assert_close(losses[1], losses[0], rtol=1e-4, atol=0.0)
    assert losses[0] > 0


def test_adain_paints_the_same_on_a_twin(original: Models, twin: Models) -> None:
    """The floor of its variances, 1e-5, and the scale that its decoder was trained on are the original network's."""
    images = []
    for models in (original, twin):
        method = AdaIN()
        method.prepare(models)
        images.append(method.stylize(CONTENT, [StyleCondition(STYLE)], torch.Generator()))

    torch.testing.assert_close(images[1], images[0], rtol=0, atol=1e-4)


def gatys_images(*all_models: Models, steps: int) -> list[torch.Tensor]:
    images = []
    for models in all_models:
        method = Gatys(GatysSettings(steps=steps))
        method.prepare(models)
        images.append(method.stylize(CONTENT, [StyleCondition(STYLE)], torch.Generator()))
    return images


def test_gatys_reaches_the_same_pixels_on_a_twin(original: Models, twin: Models) -> None:
    expected, image = gatys_images(original, twin, steps=6)

    # A descent amplifies the rounding of weights and convolutions: measured 0.05 to 0.23 grey levels on average.
    torch.testing.assert_close(image, expected, rtol=0, atol=3 / 255)
    assert (image - expected).abs().mean() < 0.4 / 255
    assert (expected - CONTENT).abs().mean() > 4 / 255


def test_gatys_reaches_the_very_same_pixels_where_the_scales_differ_by_a_power_of_two(original: Models) -> None:
    expected, image = gatys_images(original, models_with(smaller_vgg(64.0)), steps=12)

    assert torch.equal(image, expected)


def test_clipstylers_content_loss_is_the_authors_on_torchvisions_scale(original: Models) -> None:
    layers = ("conv4_2", "conv5_2")
    vgg = load_smaller(str(1 / UNIT_VARIANCE_SCALE))
    ours, theirs = (vgg(image[None], layers) for image in (STYLIZED, CONTENT))
    expected = 150 * sum(functional.mse_loss(ours[layer], theirs[layer]) for layer in layers)
    settings = CLIPstylerSettings(
        patch_weight=0, directional_weight=0, total_variation_weight=0, patches=1, content_layers=layers
    )
    descent = PromptDescent(original.vgg(), original.clip(), settings)
    targets = descent._targets([StyleCondition(prompt="fire")], CONTENT)

    loss = PromptLoss(original.vgg(), original.clip(), settings, CONTENT[None], targets, scale=0.2)

    torch.testing.assert_close(loss(STYLIZED[None], torch.Generator()), expected, rtol=1e-4, atol=0.0)


def test_every_vgg_states_its_scale() -> None:
    scales = {model.name: model.feature_scale for model in MODELS if isinstance(model, VGGSpecification)}

    assert scales == {
        "vgg19-embedded": 1.0,
        "vgg19": pytest.approx(1 / 57.63),
        "vgg16": pytest.approx(1 / 57.63),
    }
    assert set(scales) == {model.name for model in MODELS if model.role is Role.VGG}


def test_a_vgg_without_a_scale_cannot_be_specified() -> None:
    facts = {"name": "vgg19-other", "title": "Other", "loader": "other:load", "assets": ()}

    with pytest.raises(TypeError, match="vgg19-other plays vgg: state its feature scale"):
        ModelSpecification(role=Role.VGG, **facts)
    with pytest.raises(TypeError, match="feature_scale"):
        VGGSpecification(role=Role.VGG, **facts)
    with pytest.raises(ValueError, match="its feature scale must be above 0, not 0"):
        VGGSpecification(role=Role.VGG, feature_scale=0.0, **facts)
    with pytest.raises(TypeError, match="does not play vgg"):
        VGGSpecification(role=Role.CLIP, feature_scale=1.0, **facts)
