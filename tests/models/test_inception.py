from __future__ import annotations

from pathlib import Path

import pytest
import torch
from skimage import data
from torch import nn
from torch.nn import functional
from torchvision.models import Inception3

from benchmark.errors import InputError
from benchmark.models.inception import FEATURES, InceptionFeatures, load_art_inception


def photograph(name: str, side: int) -> torch.Tensor:
    pixels = torch.from_numpy(getattr(data, name)()[:288, :288].copy()).permute(2, 0, 1).float() / 255
    return functional.interpolate(pixels[None], size=(side, side), mode="area")


@pytest.fixture(scope="module")
def whole() -> Inception3:
    """The whole network with random weights: the real ones are not part of any package."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Inception3(aux_logits=False, transform_input=False, init_weights=False)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_var.uniform_(0.5, 2.0)
                module.running_mean.uniform_(-0.1, 0.1)
    return network.eval()


@pytest.fixture(scope="module")
def weights(whole: Inception3, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the names of the authors': two classifiers, and auxiliaries."""
    stored = {name: value for name, value in whole.state_dict().items() if not name.startswith("fc.")}
    stored |= {"fc1.weight": torch.zeros(3, FEATURES), "AuxLogits1.fc.bias": torch.zeros(3)}
    file = tmp_path_factory.mktemp("weights") / "art_inception.pth"
    torch.save(stored, file)
    return file


@pytest.fixture(scope="module")
def network(weights: Path) -> InceptionFeatures:
    return load_art_inception(weights)


@pytest.mark.parametrize("side", [96, 150])
def test_features_are_what_the_classifier_of_torchvision_is_given(
    network: InceptionFeatures, whole: Inception3, side: int
) -> None:
    given: list[torch.Tensor] = []
    handle = whole.fc.register_forward_pre_hook(lambda module, inputs: given.append(inputs[0]))
    images = torch.cat([photograph("astronaut", side), photograph("coffee", side)])
    with torch.no_grad():
        whole(images)
    handle.remove()

    features = network(images)

    assert features.shape == (2, FEATURES)
    torch.testing.assert_close(features, given[0])


def test_network_is_frozen_and_in_evaluation_mode(network: InceptionFeatures) -> None:
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_images_that_are_too_small_are_refused(network: InceptionFeatures) -> None:
    with pytest.raises(ValueError, match="74×90 pixels are too small: both sides must have 75"):
        network(torch.zeros(1, 3, 74, 90))


def test_a_file_with_another_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "art_inception.pth"
    torch.save({"classifier.weight": torch.zeros(1)}, file)

    with pytest.raises(InputError, match="does not hold Inception-v3: it lacks Conv2d_1a_3x3"):
        load_art_inception(file)
