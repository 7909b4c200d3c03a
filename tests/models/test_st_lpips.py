from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import torch

from benchmark.errors import InputError
from benchmark.images import load_square
from benchmark.models import st_lpips
from benchmark.models.specification import find_model

if TYPE_CHECKING:
    from benchmark.models.st_lpips import ShiftTolerantLPIPS

LOADERS = {"alex": st_lpips.load_st_lpips_alex, "vgg": st_lpips.load_st_lpips_vgg}


def picture(name: str, side: int) -> torch.Tensor:
    return load_square(Path(str(resources.files("benchmark.protocol") / "data" / name)), side)


@pytest.fixture(scope="module", params=["alex", "vgg"])
def backbone(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def network(backbone: str) -> ShiftTolerantLPIPS:
    network: ShiftTolerantLPIPS = find_model(f"st-lpips-{backbone}").load()
    return network


@pytest.fixture(scope="module")
def contents() -> torch.Tensor:
    return torch.stack([picture("contents/astronaut.jpg", 64), picture("contents/cat.jpg", 64)])


@pytest.fixture(scope="module")
def styles() -> torch.Tensor:
    return torch.stack([picture("styles/starry_night.jpg", 64), picture("styles/great_wave.jpg", 64)])


@pytest.fixture
def authors_package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The authors' package; it imports two modules that it neither declares nor uses."""
    for name, unused in (("IPython", "embed"), ("torchsummary", "summary")):
        module = ModuleType(name)
        setattr(module, unused, None)
        monkeypatch.setitem(sys.modules, name, module)
    import stlpips_pytorch.stlpips

    return stlpips_pytorch.stlpips


def test_equals_the_authors_package(
    backbone: str,
    network: ShiftTolerantLPIPS,
    contents: torch.Tensor,
    styles: torch.Tensor,
    authors_package: ModuleType,
) -> None:
    reference = authors_package.LPIPS(net=backbone, variant="shift_tolerant", verbose=False)
    for height, width in ((64, 64), (49, 60)):
        first, second = contents[..., :height, :width], styles[..., :height, :width]
        with torch.no_grad():
            expected = reference(first, second, normalize=True).flatten()

        # The same float32 operations, only the weighted sum over channels in another order: a few last places.
        torch.testing.assert_close(network(first, second), expected, rtol=0, atol=1e-6)


def test_an_image_has_no_distance_to_itself(network: ShiftTolerantLPIPS, contents: torch.Tensor) -> None:
    assert network(contents, contents).tolist() == [0.0, 0.0]


def test_distance_is_symmetric(network: ShiftTolerantLPIPS, contents: torch.Tensor, styles: torch.Tensor) -> None:
    torch.testing.assert_close(network(contents, styles), network(styles, contents))


def test_known_features_give_the_same_distance(
    network: ShiftTolerantLPIPS, contents: torch.Tensor, styles: torch.Tensor
) -> None:
    reference = network.features(contents[:1])

    compared_with_one = network.distance(network.features(styles), reference)

    torch.testing.assert_close(compared_with_one, network(styles, contents[:1].expand_as(styles)))


def test_a_shift_by_one_pixel_weighs_little(network: ShiftTolerantLPIPS) -> None:
    large = picture("contents/cat.jpg", 97)[None]
    other = picture("contents/astronaut.jpg", 96)[None]

    shifted = network(large[..., 1:, 1:], large[..., :-1, :-1])

    assert shifted.item() < 0.1 * network(large[..., 1:, 1:], other).item()


def test_networks_are_frozen_and_in_evaluation_mode(network: ShiftTolerantLPIPS) -> None:
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 1, 64, 64), (1, 3, 31, 64)])
def test_unusable_images_are_refused(network: ShiftTolerantLPIPS, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"must be N×3×H×W|too small"):
        network.features(torch.rand(shape))


def test_images_of_different_sizes_are_refused(network: ShiftTolerantLPIPS) -> None:
    with pytest.raises(ValueError, match="differ in size"):
        network(torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 65))


def test_smallest_images_are_accepted(network: ShiftTolerantLPIPS) -> None:
    assert network(torch.zeros(1, 3, 32, 32), torch.ones(1, 3, 32, 32)).item() > 0


def test_another_file_is_refused(backbone: str, tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({"net.slice1.0.bias": torch.zeros(64)}, other)

    with pytest.raises(InputError, match="does not hold ST-LPIPS"):
        LOADERS[backbone](other)
