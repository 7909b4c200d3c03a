from __future__ import annotations

import warnings
from importlib import resources
from pathlib import Path

import lpips
import pytest
import torch
from torch import nn
from torchvision.models import alexnet

from benchmark.errors import InputError
from benchmark.images import load_square
from benchmark.models.assets import LPIPS_ALEX_HEADS
from benchmark.models.lpips_distance import LpipsDistance, load_lpips_alex
from benchmark.models.weights_folders import weights_folders


def heads() -> Path:
    return next(weights_folders().copies(LPIPS_ALEX_HEADS))


def picture(name: str) -> torch.Tensor:
    return load_square(Path(str(resources.files("benchmark.protocol") / "data" / name)), 96)[None]


@pytest.fixture(scope="module")
def backbone() -> nn.Sequential:
    """AlexNet's features with random weights: the real ones are not part of any package."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        features: nn.Sequential = alexnet(weights=None).features
    return features


@pytest.fixture(scope="module")
def weights(backbone: nn.Sequential, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "alexnet.pth"
    torch.save({f"features.{name}": value for name, value in backbone.state_dict().items()}, file)
    return file


@pytest.fixture(scope="module")
def network(weights: Path) -> LpipsDistance:
    return load_lpips_alex(weights, heads())


def test_equals_the_package(network: LpipsDistance, backbone: nn.Sequential) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="torchvision")
        reference = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    for part in reference.net.children():
        for position, layer in part.named_children():
            layer.load_state_dict(backbone[int(position)].state_dict())
    first, second = picture("contents/cat.jpg"), picture("styles/great_wave.jpg")
    with torch.no_grad():
        expected = reference(first, second, normalize=True).flatten()

    # The same float32 operations, only the weighted sum over channels in another order.
    torch.testing.assert_close(network(first, second), expected, rtol=1e-6, atol=1e-7)


def test_an_image_has_no_distance_to_itself(network: LpipsDistance) -> None:
    assert network(picture("contents/cat.jpg"), picture("contents/cat.jpg")).tolist() == [0.0]


def test_network_is_frozen_and_in_evaluation_mode(network: LpipsDistance) -> None:
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_smallest_images_are_accepted(network: LpipsDistance) -> None:
    assert network(torch.zeros(1, 3, 32, 32), torch.ones(1, 3, 32, 32)).isfinite().all()


def test_loading_leaves_the_global_random_state_alone(weights: Path) -> None:
    before = torch.random.get_rng_state()

    load_lpips_alex(weights, heads())

    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_file_with_another_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "alexnet.pth"
    torch.save({"features.0.weight": torch.zeros(64, 3, 11, 11)}, file)

    with pytest.raises(InputError, match="does not hold AlexNet: it lacks slice1"):
        load_lpips_alex(file, heads())


def test_other_heads_are_refused(weights: Path, tmp_path: Path) -> None:
    file = tmp_path / "vgg.pth"
    torch.save({"lin0.model.1.weight": torch.zeros(1, 64, 1, 1)}, file)

    with pytest.raises(InputError, match="does not hold the heads of LPIPS"):
        load_lpips_alex(weights, file)
