"""LPIPS v0.1 with AlexNet features: the package's own network, filled without any download.

Zhang, Isola, Efros, Shechtman and Wang, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
CVPR 2018 (arXiv:1801.03924).
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Final, cast

import lpips
import torch

from benchmark.errors import InputError
from benchmark.models.perceptual_distance import PerceptualDistance
from benchmark.models.weights_directory import weights_directory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor, nn

ALEXNET_FILE: Final = "alexnet-owt-7be5be79.pth"
ALEXNET_BYTES: Final = 244_408_911
ALEXNET_ADDRESS: Final = f"https://download.pytorch.org/models/{ALEXNET_FILE}"
ALEXNET_SHA256: Final = "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"

_CONVOLUTIONS: Final = (0, 3, 6, 8, 10)
"""Positions of the convolutions among torchvision's AlexNet features; the package keeps them as names."""


class LpipsDistance(PerceptualDistance):
    """LPIPS as the ``lpips`` package defines it, behind the interface that all perceptual distances share.

    The formula, the colour normalisation, the backbone and the linear heads are the package's. Deviation: images are
    taken in [0, 1], the package takes [−1, 1] by default.

    Args:
        network: The package's network, in evaluation mode.
    """

    def __init__(self, network: lpips.LPIPS) -> None:
        super().__init__()
        self.network = network

    def activations(self, images: Tensor) -> Sequence[Tensor]:
        """Activations after the five ReLUs; see ``PerceptualDistance``."""
        return tuple(self.network.net(self.network.scaling_layer(2 * images - 1)))

    def channel_weights(self) -> Sequence[Tensor]:
        """The weight of each channel of the five layers."""
        return [head.model[-1].weight.flatten() for head in self.network.lins]


def alexnet_file() -> Path:
    """Returns the file with torchvision's AlexNet weights.

    Raises:
        FileNotFoundError: It is not in the weights directory.
    """
    file = weights_directory() / ALEXNET_FILE
    if not file.is_file():
        raise FileNotFoundError(
            f"{ALEXNET_FILE} ({ALEXNET_BYTES:,} bytes) is not in {file.parent}: put it there from {ALEXNET_ADDRESS}"
        )
    return file


def load_lpips_alex(file: Path | None = None, *, sha256: str = ALEXNET_SHA256) -> LpipsDistance:
    """Loads LPIPS v0.1 with AlexNet features, frozen, in evaluation mode, on the CPU.

    Args:
        file: torchvision's AlexNet weights; ``None`` takes those in the weights directory.
        sha256: What the file must hash to before it is opened, hexadecimal.

    Raises:
        FileNotFoundError: The weights are not on this machine.
        InputError: The file has another hash.
    """
    file = alexnet_file() if file is None else file
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise InputError(f"{file} is damaged or another file: its sha256 is {found}, not {sha256}; get it again")
    weights = cast("dict[str, Tensor]", torch.load(file, map_location="cpu", weights_only=True))
    network = _network_with_random_backbone()
    backbone = {
        f"slice{number}.{place}.{name}": weights[f"features.{place}.{name}"]
        for number, place in enumerate(_CONVOLUTIONS, start=1)
        for name in ("weight", "bias")
    }
    cast("nn.Module", network.net).load_state_dict(backbone)
    return LpipsDistance(network).requires_grad_(False).eval()


def _network_with_random_backbone() -> lpips.LPIPS:
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        # The package asks torchvision for untrained weights in a way that torchvision has renamed since.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"torchvision\.models\._utils")
        return lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False)
