"""DISTS: piq's own network, filled without any download.

Ding, Ma, Wang and Simoncelli, "Image Quality Assessment: Unifying Structure and Texture Similarity", IEEE Transactions
on Pattern Analysis and Machine Intelligence 44, 2022 (arXiv:2004.07728).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import piq
import torch
from piq.perceptual import VGG16_LAYERS, ContentLoss
from torch import Tensor, nn
from torchvision.models.vgg import cfgs, make_layers
from torchvision.transforms.v2 import InterpolationMode

from benchmark.errors import InputError
from benchmark.models.image_distance import ImageDistance, require_images
from benchmark.models.resizing import resize_shorter_side
from benchmark.models.tensor_file import fill, read_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LARGEST_SIDE: Final = 256
"""Shorter side to which larger images are reduced, in pixels."""

_LAYERS: Final = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
_CHANNELS: Final = (3, 64, 128, 256, 512, 512)


class DistsDistance(ImageDistance):
    """``1 − Σ_lc (α_lc · luminance_lc + β_lc · structure_lc)`` over the image and five layers of VGG-16.

    Luminance and structure are those of SSIM, ``(2 μ_x μ_y + c) / (μ_x² + μ_y² + c)`` and ``(2 σ_xy + c) / (σ_x² + σ_y²
    + c)`` with c = 1e-6, of whole feature maps; α and β were fitted to judgements of people and sum to 1. Network,
    pooling and formula are piq's, which are the authors'; the loading is ours, and so is the reduction of large images:
    the authors' ``prepare_image`` reduces pictures with PIL's antialiased filter, piq without antialiasing.

    Args:
        backbone: VGG-16's features, as torchvision has them; their pooling is replaced.
        alpha: The weights of the luminances, one for each of 1475 channels.
        beta: The weights of the structures.
    """

    def __init__(self, backbone: nn.Sequential, alpha: Tensor, beta: Tensor) -> None:
        super().__init__()
        self.backbone = _OfflineDists(backbone, alpha, beta)

    def features(self, images: Tensor) -> tuple[Tensor, ...]:
        """Computes all that ``distance`` needs of images, so that a reference passes the network only once.

        Args:
            images: N×3×H×W in [0, 1], reduced (bilinear, antialiased) where the shorter side has more than 256 pixels,
                as by the authors but for PIL's rounding to 8 bits.

        Returns:
            The images and the features of five layers, N×C×H'×W' each.

        Raises:
            ValueError: The images have another shape.
        """
        require_images(images)
        if min(images.shape[-2:]) > LARGEST_SIDE:
            images = resize_shorter_side(images, LARGEST_SIDE, InterpolationMode.BILINEAR)
        return tuple(self.backbone.get_features(images))

    def distance(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
        """Computes the distances between images whose features are known.

        Args:
            first: Result of ``features`` for N images.
            second: Its result for N images of the same size.

        Returns:
            N distances, not negative.
        """
        parts = self.backbone.compute_distance(list(first), list(second))
        weighted = [part * weight.to(part) for part, weight in zip(parts, self.backbone.weights, strict=True)]
        return (1 - torch.cat(weighted, dim=1).sum(dim=(1, 2, 3))).clamp(min=0.0)


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


def load_dists(file: Path, heads_file: Path) -> DistsDistance:
    """Loads DISTS, frozen, in evaluation mode, on the CPU.

    Args:
        file: torchvision's VGG-16 weights; its classifier is left out.
        heads_file: The weights of the channels.

    Raises:
        InputError: A file does not hold its part.
    """
    with torch.random.fork_rng(devices=[]):
        backbone: nn.Sequential = make_layers(cfgs["D"])
    prefix = "features."
    stored = read_tensors(file).items()
    fill(
        backbone,
        {name.removeprefix(prefix): value for name, value in stored if name.startswith(prefix)},
        file,
        "VGG-16",
    )
    heads = read_tensors(heads_file)
    try:
        return DistsDistance(backbone, heads["alpha"], heads["beta"]).requires_grad_(False).eval()
    except (KeyError, RuntimeError) as error:
        raise InputError(f"{heads_file} does not hold the weights of the channels in DISTS: {error}") from error
