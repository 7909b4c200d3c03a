from __future__ import annotations

import hashlib
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
from benchmark.models.lpips_distance import LpipsDistance, alexnet_file, load_lpips_alex


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
    return load_lpips_alex(weights, sha256=hashlib.sha256(weights.read_bytes()).hexdigest())


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

    load_lpips_alex(weights, sha256=hashlib.sha256(weights.read_bytes()).hexdigest())

    assert torch.equal(torch.random.get_rng_state(), before)


def test_another_hash_is_refused_before_the_file_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "alexnet-owt-7be5be79.pth"
    file.write_bytes(b"not weights at all")

    with pytest.raises(InputError, match=r"its sha256 is [0-9a-f]{64}, not 7be5be79"):
        load_lpips_alex(file)


def test_weights_are_looked_for_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
    (tmp_path / "alexnet-owt-7be5be79.pth").touch()

    assert alexnet_file() == tmp_path / "alexnet-owt-7be5be79.pth"


def test_without_the_variable_weights_are_looked_for_in_the_cache_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", raising=False)
    monkeypatch.setattr("benchmark.models.weights_directory.user_cache_dir", lambda name: str(tmp_path / name))
    folder = tmp_path / "style-transfer-benchmark" / "weights"
    folder.mkdir(parents=True)
    (folder / "alexnet-owt-7be5be79.pth").touch()

    assert alexnet_file() == folder / "alexnet-owt-7be5be79.pth"


def test_missing_weights_are_described_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "nowhere"))

    with pytest.raises(FileNotFoundError) as raised:
        alexnet_file()

    message = str(raised.value)
    assert "\n" not in message
    assert str(tmp_path / "nowhere") in message
    assert "244,408,911 bytes" in message
    assert "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth" in message
