"""LPIPS v0.1 with AlexNet features: the package's own network, filled without any download.

Zhang, Isola, Efros, Shechtman and Wang, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
CVPR 2018 (arXiv:1801.03924).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import lpips
import torch

from benchmark.models.perceptual_distance import PerceptualDistance
from benchmark.models.tensor_file import fill, read_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

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
        """Computes the activations after the five ReLUs; see ``PerceptualDistance``."""
        return tuple(self.network.net(self.network.scaling_layer(2 * images - 1)))

    def channel_weights(self) -> Sequence[Tensor]:
        """Returns the weight of each channel of the five layers."""
        return [head.model[-1].weight.flatten() for head in self.network.lins]


def load_lpips_alex(file: Path, heads_file: Path) -> LpipsDistance:
    """Loads LPIPS v0.1 with AlexNet features, frozen, in evaluation mode, on the CPU.

    Args:
        file: torchvision's AlexNet weights.
        heads_file: The linear heads of the package ``lpips``.

    Raises:
        InputError: A file does not hold its part.
    """
    weights = read_tensors(file)
    network = _network_with_random_backbone()
    backbone = {
        f"slice{number}.{place}.{name}": weights[stored]
        for number, place in enumerate(_CONVOLUTIONS, start=1)
        for name in ("weight", "bias")
        if (stored := f"features.{place}.{name}") in weights
    }
    fill(network.net, backbone, file, "AlexNet")
    heads = {name.removeprefix("lin"): value for name, value in read_tensors(heads_file).items()}
    fill(network.lins, heads, heads_file, "the heads of LPIPS")
    return LpipsDistance(network).requires_grad_(False).eval()


def _network_with_random_backbone() -> lpips.LPIPS:
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        # The package asks torchvision for untrained weights in a way that torchvision has renamed since.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"torchvision\.models\._utils")
        return lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False)
