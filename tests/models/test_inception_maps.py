from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models import Inception3

from benchmark.errors import InputError
from benchmark.models.inception_maps import load_inception_maps
from benchmark.testing.sample import sample_image


@pytest.fixture(scope="module")
def whole() -> Inception3:
    """torchvision's whole network with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Inception3(init_weights=False)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_var.uniform_(0.5, 2.0)
                module.running_mean.uniform_(-0.1, 0.1)
    return network.eval()


def test_maps_are_those_before_the_poolings_of_torchvisions_network(whole: Inception3, tmp_path: Path) -> None:
    file = tmp_path / "inception_v3_google.pth"
    torch.save(whole.state_dict(), file)
    expected: list[torch.Tensor] = []
    for pooling in (whole.maxpool1, whole.maxpool2):
        pooling.register_forward_pre_hook(lambda module, inputs: expected.append(inputs[0]))
    images = sample_image(80, 100)[None]
    with torch.no_grad():
        whole(2 * images - 1)

    first, second = load_inception_maps(file)(images)

    assert (first.shape[1], second.shape[1]) == (64, 192)
    torch.testing.assert_close(first, expected[0])
    torch.testing.assert_close(second, expected[1])


def test_sizes_at_256_pixels_and_the_smallest(whole: Inception3, tmp_path: Path) -> None:
    file = tmp_path / "inception_v3_google.pth"
    kept = ("Conv2d_1a", "Conv2d_2a", "Conv2d_2b", "Conv2d_3b", "Conv2d_4a")
    torch.save({name: value for name, value in whole.state_dict().items() if name.startswith(kept)}, file)
    network = load_inception_maps(file)

    assert [maps.shape[-2:] for maps in network(torch.zeros(1, 3, 256, 256))] == [(125, 125), (60, 60)]
    assert network(torch.zeros(1, 3, 19, 19))[1].shape[-2:] == (1, 1)
    with pytest.raises(ValueError, match="18×30 pixels are too small: both sides must have 19"):
        network(torch.zeros(1, 3, 18, 30))


def test_a_file_with_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(1)}, tmp_path / "other.pth")

    with pytest.raises(InputError, match="does not hold Inception-v3: it lacks Conv2d_1a_3x3"):
        load_inception_maps(tmp_path / "other.pth")
