"""Inception-v3 as a feature extractor, tuned on paintings: the network of ArtFID.

Wright and Ommer, "ArtFID: Quantitative Evaluation of Neural Style Transfer", GCPR 2022 (arXiv:2207.12280).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import torch
from torch import Tensor, nn
from torchvision.models import Inception3

from benchmark.models.image_distance import require_images
from benchmark.models.tensor_file import fill, read_tensors

if TYPE_CHECKING:
    from pathlib import Path

FEATURES: Final = 2048
SMALLEST_SIDE: Final = 75
"""Sides of the smallest images, in pixels: what is smaller vanishes in the last layers."""


class InceptionFeatures(nn.Module):
    """The features of Inception-v3 after its average pooling.

    As in the authors' package, images are neither resized nor normalised.

    Args:
        body: torchvision's network; its classifier is taken off.
    """

    def __init__(self, body: Inception3) -> None:
        super().__init__()
        self.body = body
        self.body.fc = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to features.

        Args:
            images: N×3×H×W in [0, 1], both sides at least 75 pixels.

        Returns:
            N×2048.

        Raises:
            ValueError: The images have another shape, or are too small.
        """
        require_images(images, SMALLEST_SIDE)
        return cast("Tensor", self.body(images))


def load_art_inception(file: Path) -> InceptionFeatures:
    """Loads the network, frozen, in evaluation mode, on the CPU.

    Args:
        file: The weights of ArtFID.

    Raises:
        InputError: The file does not hold this network.
    """
    stored = read_tensors(file)
    with torch.random.fork_rng(devices=[]):
        network = InceptionFeatures(Inception3(aux_logits=False, transform_input=False, init_weights=False))
    wanted = network.body.state_dict()
    # The file also holds two classifiers and their auxiliaries, which the features do not need, and no counters.
    counters = {name: value for name, value in wanted.items() if name.endswith("num_batches_tracked")}
    fill(
        network.body,
        {**counters, **{name: value for name, value in stored.items() if name in wanted}},
        file,
        "Inception-v3",
    )
    return network.requires_grad_(False).eval()
