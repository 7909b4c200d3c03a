from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import piq
import pytest
import torch
from PIL import Image
from skimage import data
from torch import nn
from torch.nn import functional
from torchvision.models.vgg import cfgs, make_layers
from torchvision.transforms.functional import resize as resize_picture
from torchvision.transforms.functional import to_pil_image, to_tensor

from benchmark.errors import InputError
from benchmark.models.assets import DISTS_HEADS
from benchmark.models.dists_distance import DistsDistance, load_dists
from benchmark.models.weights_folders import weights_folders
from tests.models.test_resizing import blocks


def heads() -> Path:
    return next(weights_folders().copies(DISTS_HEADS))


def photograph(name: str, side: int) -> torch.Tensor:
    pixels = torch.from_numpy(getattr(data, name)()[:288, :288].copy()).permute(2, 0, 1).float() / 255
    return functional.interpolate(pixels[None], size=(side, side), mode="area")


@pytest.fixture(scope="module")
def backbone() -> nn.Module:
    """VGG-16's features with random weights: the real ones are not part of any package."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make_layers(cfgs["D"])


@pytest.fixture(scope="module")
def weights(backbone: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "vgg16.pth"
    torch.save({f"features.{name}": value for name, value in backbone.state_dict().items()}, file)
    return file


@pytest.fixture(scope="module")
def network(weights: Path) -> DistsDistance:
    return load_dists(weights, heads())


@pytest.mark.parametrize("side", [96, 256])
def test_equals_piq_where_nothing_is_reduced(
    network: DistsDistance, backbone: nn.Module, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    heads = {
        "alpha": torch.cat(network.backbone.weights[:6], dim=1),
        "beta": torch.cat(network.backbone.weights[6:], 1),
    }
    untouched = make_layers(cfgs["D"])
    untouched.load_state_dict(backbone.state_dict())
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", lambda *_, **__: heads)
    monkeypatch.setattr("piq.perceptual.vgg16", lambda **_: SimpleNamespace(features=untouched))
    reference = piq.DISTS(reduction="none")
    first, second = photograph("astronaut", side), photograph("coffee", side)
    with torch.no_grad():
        expected = reference(first, second)

    # The same float32 operations; only the last sum runs over all channels at once in both.
    torch.testing.assert_close(network(first, second), expected, rtol=1e-5, atol=1e-6)


def as_the_authors_do(first: Image.Image, second: Image.Image, backbone: nn.Sequential, heads: Path) -> float:
    """The authors' program in other words: pictures to 256 px with PIL, five stages with L2 pooling, weighted SSIM."""
    hann = torch.tensor([0.5, 1.0, 0.5])
    window = torch.outer(hann, hann) / 4
    mean, deviation = (torch.tensor(of).view(3, 1, 1) for of in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    weights = torch.load(heads, weights_only=True)
    total = weights["alpha"].sum() + weights["beta"].sum()

    def features(picture: Image.Image) -> list[torch.Tensor]:
        if min(picture.size) > 256:
            picture = resize_picture(picture, 256)
        image = to_tensor(picture)
        kept, hidden = [image], ((image - mean) / deviation)[None]
        for index, layer in enumerate(backbone[:30]):
            if isinstance(layer, nn.MaxPool2d):
                kernel = window.expand(hidden.shape[1], 1, 3, 3)
                powers = functional.conv2d(hidden**2, kernel, stride=2, padding=1, groups=hidden.shape[1])
                hidden = (powers + 1e-12).sqrt()
            else:
                hidden = layer(hidden)
            if index in (3, 8, 15, 22, 29):
                kept.append(hidden[0].clone())
        return kept

    similarity, place = torch.zeros(()), 0
    for x, y in zip(features(first), features(second), strict=True):
        x, y = x.flatten(1), y.flatten(1)
        alpha, beta = (weights[name].flatten()[place : place + len(x)] / total for name in ("alpha", "beta"))
        luminance = (2 * x.mean(1) * y.mean(1) + 1e-6) / (x.mean(1) ** 2 + y.mean(1) ** 2 + 1e-6)
        covariance = (x * y).mean(1) - x.mean(1) * y.mean(1)
        variances = x.var(1, correction=0) + y.var(1, correction=0)
        similarity = similarity + (alpha * luminance + beta * (2 * covariance + 1e-6) / (variances + 1e-6)).sum()
        place += len(x)
    return float(1 - similarity)


@pytest.mark.parametrize("size", [(96, 96), (300, 420), (512, 512)])
def test_equals_the_authors_program_from_the_file_on(
    network: DistsDistance, backbone: nn.Sequential, size: tuple[int, int]
) -> None:
    # Fine squares: without antialiasing the numbers would differ by 2e-4 and more.
    pictures = [to_pil_image(blocks(size[1], size[0], side)) for side in (3, 2)]
    with torch.no_grad():
        expected = as_the_authors_do(*pictures, backbone, heads())

    distance = network(*(to_tensor(picture)[None] for picture in pictures))

    # Where pictures are reduced, PIL rounds them to 8 bits twice.
    assert distance.item() == pytest.approx(expected, abs=1e-5 if min(size) <= 256 else 1e-4)


def test_the_weights_of_the_channels_sum_to_one(network: DistsDistance) -> None:
    weights = network.backbone.weights

    assert [part.shape[1] for part in weights] == [3, 64, 128, 256, 512, 512] * 2
    assert all(part.min() >= 0 for part in weights)
    assert sum(part.sum().item() for part in weights) == pytest.approx(1.0, abs=1e-4)


def test_an_image_has_no_distance_to_itself(network: DistsDistance) -> None:
    image = photograph("astronaut", 64)

    assert network(image, image).item() == pytest.approx(0.0, abs=1e-5)


def test_network_is_frozen_and_in_evaluation_mode(network: DistsDistance) -> None:
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_file_with_another_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "vgg16.pth"
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, file)

    with pytest.raises(InputError, match=r"does not hold VGG-16: it lacks 0\.bias"):
        load_dists(file, heads())


def test_other_heads_are_refused(weights: Path) -> None:
    with pytest.raises(InputError, match="does not hold the weights of the channels in DISTS"):
        load_dists(weights, weights)
