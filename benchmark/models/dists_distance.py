"""DISTS: piq's own network, filled without any download.

Ding, Ma, Wang and Simoncelli, "Image Quality Assessment: Unifying Structure and Texture Similarity", IEEE Transactions
on Pattern Analysis and Machine Intelligence 44, 2022 (arXiv:2004.07728).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import piq
import torch
from piq.perceptual import VGG16_LAYERS, ContentLoss
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.vgg import cfgs, make_layers

from benchmark.errors import InputError
from benchmark.models.weights_directory import weights_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

VGG16_FILE: Final = "vgg16-397923af.pth"
VGG16_BYTES: Final = 553_433_881
VGG16_ADDRESS: Final = f"https://download.pytorch.org/models/{VGG16_FILE}"
VGG16_SHA256: Final = "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"

LARGEST_SIDE: Final = 256
"""Shorter side to which larger images are reduced, in pixels."""

_LAYERS: Final = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
_CHANNELS: Final = (3, 64, 128, 256, 512, 512)
_HEADS: Final = Path(__file__).parent / "weights" / "dists.safetensors"


class DistsDistance(nn.Module):
    """``1 − Σ_lc (α_lc · luminance_lc + β_lc · structure_lc)`` over the image and five layers of VGG-16.

    Luminance and structure are those of SSIM, ``(2 μ_x μ_y + c) / (μ_x² + μ_y² + c)`` and ``(2 σ_xy + c) / (σ_x² + σ_y²
    + c)`` with c = 1e-6, of whole feature maps; α and β were fitted to judgements of people and sum to 1. Network,
    pooling and formula are piq's; only the loading is ours.

    Args:
        backbone: VGG-16's features, as torchvision has them; their pooling is replaced.
        alpha: The weights of the luminances, one for each of 1475 channels.
        beta: The weights of the structures.
    """

    def __init__(self, backbone: nn.Sequential, alpha: Tensor, beta: Tensor) -> None:
        super().__init__()
        self.backbone = _OfflineDists(backbone, alpha, beta)

    def features(self, images: Tensor) -> tuple[Tensor, ...]:
        """Everything that ``distance`` needs to know about images, so that a reference is computed only once.

        Args:
            images: N×3×H×W in [0, 1], reduced (bilinear, as in piq) where the shorter side has more than 256 pixels.

        Returns:
            The images and the features of five layers, N×C×H'×W' each.

        Raises:
            ValueError: The images have another shape.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"images must be N×3×H×W, not {'×'.join(map(str, images.shape))}")
        shorter = min(images.shape[-2:])
        if shorter > LARGEST_SIDE:
            images = functional.interpolate(
                images, scale_factor=LARGEST_SIDE / shorter, recompute_scale_factor=False, mode="bilinear"
            )
        return tuple(self.backbone.get_features(images))

    def distance(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """Distances between images whose features are known.

        Args:
            first: What ``features`` returned for N images.
            second: What it returned for N images of the same size.

        Returns:
            N distances, not negative.
        """
        parts = self.backbone.compute_distance(list(first), list(second))
        weighted = [part * weight.to(part) for part, weight in zip(parts, self.backbone.weights, strict=True)]
        return (1 - torch.cat(weighted, dim=1).sum(dim=(1, 2, 3))).clamp(min=0.0)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Distances between images.

        Args:
            first: N×3×H×W in [0, 1].
            second: N×3×H×W in [0, 1].

        Returns:
            N distances, not negative.

        Raises:
            ValueError: The images have another shape, or differ in size.
        """
        if first.shape[-2:] != second.shape[-2:]:
            raise ValueError(f"images differ in size: {tuple(first.shape[-2:])} and {tuple(second.shape[-2:])}")
        return self.distance(self.features(first), self.features(second))


class _OfflineDists(piq.DISTS):  # type: ignore[misc]
    """piq's DISTS without its constructor, which downloads."""

    def __init__(self, backbone: nn.Sequential, alpha: Tensor, beta: Tensor) -> None:
        weights = [
            part.view(1, -1, 1, 1) for head in (alpha, beta) for part in torch.split(head.flatten(), list(_CHANNELS))
        ]
        ContentLoss.__init__(
            self,
            backbone,
            layers=[VGG16_LAYERS[layer] for layer in _LAYERS],
            weights=weights,
            replace_pooling=True,
            reduction="none",
            allow_layers_weights_mismatch=True,
        )


def vgg16_file() -> Path:
    """Returns the file with torchvision's VGG-16 weights.

    Raises:
        FileNotFoundError: It is not in the weights directory.
    """
    file = weights_directory() / VGG16_FILE
    if not file.is_file():
        raise FileNotFoundError(
            f"{VGG16_FILE} ({VGG16_BYTES:,} bytes) is not in {file.parent}: put it there from {VGG16_ADDRESS}"
        )
    return file


def load_dists(file: Path | None = None, *, sha256: str = VGG16_SHA256) -> DistsDistance:
    """Loads DISTS, frozen, in evaluation mode, on the CPU.

    Args:
        file: torchvision's VGG-16 weights; ``None`` takes those in the weights directory.
        sha256: What the file must hash to before it is opened, hexadecimal.

    Raises:
        FileNotFoundError: The weights are not on this machine.
        InputError: The file has another hash.
    """
    file = vgg16_file() if file is None else file
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise InputError(f"{file} is damaged or another file: its sha256 is {found}, not {sha256}; get it again")
    stored = cast("dict[str, Tensor]", torch.load(file, map_location="cpu", weights_only=True))
    with torch.random.fork_rng(devices=[]):
        backbone: nn.Sequential = make_layers(cfgs["D"])
    prefix = "features."
    backbone.load_state_dict(
        {name.removeprefix(prefix): value for name, value in stored.items() if name.startswith(prefix)}
    )
    heads = load_file(_HEADS)
    return DistsDistance(backbone, heads["alpha"], heads["beta"]).requires_grad_(False).eval()
