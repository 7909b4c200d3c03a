"""The usual FID's network against torchvision's own, its poolings replaced, on the same random weights."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.models import Inception3, inception

from benchmark.errors import InputError
from benchmark.models.fid_inception import load_fid_inception
from benchmark.testing.sample import sample_image


@pytest.fixture(scope="module")
def whole() -> Inception3:
    """torchvision's whole network of 1008 classes, as pytorch-fid fills it, with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Inception3(num_classes=1008, aux_logits=False, init_weights=False)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_var.uniform_(0.01, 0.05)
                module.running_mean.uniform_(-0.1, 0.1)
                module.bias.data.uniform_(-0.5, 0.5)
    return network.eval()


@pytest.fixture(scope="module")
def weights(whole: Inception3, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as pytorch-fid's: with a classifier, without counters."""
    stored = {name: value for name, value in whole.state_dict().items() if "num_batches" not in name}
    file = tmp_path_factory.mktemp("weights") / "pt_inception.pth"
    torch.save(stored, file)
    return file


class Pooling:
    """Functions of ``torch.nn.functional`` but for the 3×3 pooling of blocks, which does as TensorFlow's network."""

    def __getattr__(self, name: str) -> Any:
        return getattr(functional, name)

    @staticmethod
    def avg_pool2d(features: torch.Tensor, kernel_size: int, stride: int, padding: int) -> torch.Tensor:
        assert (kernel_size, stride, padding) == (3, 1, 1)
        windows = functional.pad(features, (1, 1, 1, 1), value=torch.nan).unfold(2, 3, 1).unfold(3, 3, 1)
        windows = windows.flatten(start_dim=4)
        is_last = features.shape[1] == 2048
        return windows.nan_to_num(nan=-torch.inf).amax(dim=4) if is_last else windows.nanmean(dim=4)


def test_features_are_those_of_the_network_with_tensorflows_pooling(
    whole: Inception3, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In double precision: random weights let features grow to 10¹⁰, where float32 tells small differences apart badly.
    whole = copy.deepcopy(whole).double()
    images = torch.stack([sample_image(90, 120, seed=1), sample_image(90, 120, seed=2)]).double()
    given: list[torch.Tensor] = []
    handle = whole.fc.register_forward_pre_hook(lambda module, inputs: given.append(inputs[0]))
    resized = functional.interpolate(images, (299, 299), mode="bilinear", align_corners=False)
    with torch.no_grad():
        whole(2 * resized - 1)
        monkeypatch.setattr(inception, "F", Pooling())
        whole(2 * resized - 1)
        monkeypatch.undo()
        handle.remove()
        network = load_fid_inception(weights).double()
        features = network(images)

    torchvisions, expected = given
    assert features.shape == (2, 2048)
    torch.testing.assert_close(features, expected, rtol=1e-6, atol=1e-6)
    # Torchvision's own pooling would be noticed.
    assert (torchvisions - expected).abs().max() > 100 * (features - expected).abs().max()
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_file_with_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(1)}, tmp_path / "other.pth")

    with pytest.raises(InputError, match="does not hold the usual FID's Inception-v3: it lacks Conv2d_1a_3x3"):
        load_fid_inception(tmp_path / "other.pth")
