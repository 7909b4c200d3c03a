from __future__ import annotations

from typing import Any

import pytest
import torch
from skimage import data
from torch import nn
from torch.nn import functional
from torchvision.models.vgg import cfgs, make_layers
from torchvision.transforms.functional import normalize

from benchmark.models.feature_scale import ORIGINAL_SCALE, UNIT_VARIANCE_SCALE
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_models
from benchmark.models.vgg import VGG19
from metrics.self_similarity import Cfsd, self_similarity_divergence
from metrics.vgg_losses import VggContentLoss, VggStyleLoss


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(find_models({Role.VGG: "vgg19-embedded"}))


@pytest.fixture
def cfsd(models: Models) -> Cfsd:
    metric = Cfsd()
    metric.prepare(models)
    return metric


def photograph(name: str, side: int = 96) -> torch.Tensor:
    pixels = torch.from_numpy(getattr(data, name)()[:288, :288].copy()).permute(2, 0, 1).float() / 255
    return functional.interpolate(pixels[None], size=(side, side), mode="area")[0]


def published(content: torch.Tensor, stylized: torch.Tensor) -> torch.Tensor:
    """StyleID's definition, restated: features over C, row-wise softmax, divergence summed over the rows.

    Its network takes colours divided by deviations of 0.226 on average, the features given here are for 0–255.
    """
    similarities = []
    for features in (content / (255 * 0.226), stylized / (255 * 0.226)):
        flat = features.flatten(start_dim=1).T.double() / len(features)
        similarities.append((flat @ flat.T).softmax(dim=1))
    return (similarities[0] * (similarities[0].log() - similarities[1].log())).sum()


@pytest.mark.parametrize("name", ["coffee", "chelsea"])
def test_it_is_the_published_divergence(cfsd: Cfsd, models: Models, name: str) -> None:
    content, stylized = photograph("astronaut"), photograph(name)
    first, second = models.vgg()(torch.stack([content, stylized]), ["relu3_1"])["relu3_1"]

    score = cfsd.score(stylized=[stylized], content=[content])[0, 0].item()

    assert score == pytest.approx(published(first, second).item(), rel=1e-4)


class VggOnly(Models):
    """One network that plays ``vgg``."""

    def __init__(self, network: VGG19) -> None:
        super().__init__({})
        self.network = network

    def load(self, role: Role) -> Any:
        assert role is Role.VGG
        return self.network


def random_torchvision_vgg() -> nn.Sequential:
    """The convolutions of torchvision's VGG-19 with random weights, up to relu3_1."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        layers = make_layers(cfgs["E"], batch_norm=False)[:12]
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                # Features of fresh weights are too small for similarities to differ.
                layer.weight.mul_(2)
                nn.init.normal_(layer.bias, std=0.1)
    return layers.requires_grad_(False)


def published_program(network: nn.Sequential, content: torch.Tensor, stylized: torch.Tensor) -> float:
    """StyleID's evaluation of one pair, restated: from pictures to the number, in float32 throughout."""
    similarities = []
    for image in (content, stylized):
        maps = network(normalize(image, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))[None])[0]
        positions = maps.flatten(start_dim=1).T / len(maps)
        similarities.append(positions @ positions.T)
    of_content, of_stylized = similarities[0].softmax(dim=1), similarities[1].log_softmax(dim=1)
    return functional.kl_div(of_stylized, of_content, reduction="sum").item()


@pytest.mark.parametrize("side", [64, 160])
def test_with_torchvisions_network_it_is_the_published_number_to_its_four_decimals(side: int) -> None:
    theirs, ours = random_torchvision_vgg(), VGG19().requires_grad_(False).eval()
    convolutions = [layer for layer in theirs if isinstance(layer, nn.Conv2d)]
    for name, convolution in zip(ours.convolutions, convolutions, strict=False):
        ours.convolutions[name].load_state_dict(convolution.state_dict())
    ours.multiply_features(ORIGINAL_SCALE / UNIT_VARIANCE_SCALE)
    metric = Cfsd()
    metric.prepare(VggOnly(ours))
    content, stylized = photograph("astronaut", side), photograph("coffee", side)

    total, per_position = metric.score(stylized=[stylized], content=[content])[0].tolist()

    expected = published_program(theirs, content, stylized)
    assert expected > 0.01
    assert total == pytest.approx(expected, abs=5e-5)
    assert per_position == pytest.approx(total / (side // 4) ** 2, rel=1e-5)


def test_the_content_itself_has_no_divergence(cfsd: Cfsd) -> None:
    content = photograph("astronaut")

    assert cfsd.score(stylized=[content.clone()], content=[content])[0].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_it_grows_from_content_to_style(cfsd: Cfsd, content: torch.Tensor, blends: list[torch.Tensor]) -> None:
    scores = cfsd.score(stylized=blends, content=[content] * 5)

    for column in scores.T.tolist():
        assert column == sorted(column)


@pytest.mark.parametrize("change", [0.001, 0.1, 10.0])
def test_small_divergences_are_as_exact_as_large_ones(change: float) -> None:
    generator = torch.Generator().manual_seed(0)
    first, noise = (300 * torch.randn(2, 256, 24, 24, generator=generator)).relu()
    second = first + change * noise

    assert self_similarity_divergence(first, second).item() == pytest.approx(published(first, second).item(), rel=1e-3)


def test_places_are_compared_in_blocks_without_a_trace() -> None:
    generator = torch.Generator().manual_seed(1)
    first, second = 300 * torch.rand(2, 8, 19, 17, generator=generator)

    found = self_similarity_divergence(first, second).item()

    assert found == pytest.approx(published(first, second).item(), rel=1e-4)


def test_features_that_are_all_zero_give_a_number() -> None:
    assert self_similarity_divergence(torch.zeros(4, 5, 5), torch.zeros(4, 5, 5)).item() == 0.0


def test_it_shares_the_pass_of_the_losses(models: Models) -> None:
    content, style, stylized = photograph("astronaut"), photograph("coffee"), photograph("chelsea")
    batches: list[int] = []
    handle = models.vgg().register_forward_pre_hook(lambda network, inputs: batches.append(len(inputs[0])))

    for metric in (Cfsd(), VggContentLoss(), VggStyleLoss()):
        metric.prepare(models)
        metric.score(stylized=[stylized], content=[content], style=[style])
    handle.remove()

    assert sum(batches) == 3


def test_images_of_another_size_than_their_content_are_refused(cfsd: Cfsd) -> None:
    with pytest.raises(ValueError, match="cfsd: content and stylized image differ in size"):
        cfsd.score(stylized=[torch.rand(3, 64, 64)], content=[torch.rand(3, 64, 65)])
