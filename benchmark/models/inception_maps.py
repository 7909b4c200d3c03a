"""Feature maps of torchvision's Inception-v3 from its first layers, as SIFID compares them.

Shaham, Dekel and Michaeli, "SinGAN: Learning a Generative Model from a Single Natural Image", ICCV 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torchvision.models.inception import BasicConv2d

from benchmark.models.image_distance import require_images
from benchmark.models.tensor_file import fill, read_tensors

if TYPE_CHECKING:
    from pathlib import Path

SMALLEST_SIDE: Final = 19
"""Sides of the smallest images, in pixels: the last layer's maps have at least one position from here on."""


class InceptionMaps(nn.Module):
    """The maps after Conv2d_2b (64 channels) and after Conv2d_4a (192), the convolutions before the two poolings."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = BasicConv2d(3, 32, kernel_size=3, stride=2)
        self.Conv2d_2a_3x3 = BasicConv2d(32, 32, kernel_size=3)
        self.Conv2d_2b_3x3 = BasicConv2d(32, 64, kernel_size=3, padding=1)
        self.maxpool1 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.Conv2d_3b_1x1 = BasicConv2d(64, 80, kernel_size=1)
        self.Conv2d_4a_3x3 = BasicConv2d(80, 192, kernel_size=3)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Maps images to feature maps, neither resized nor normalised but for 2x − 1, as by the authors of SIFID.

        Args:
            images: N×3×H×W in [0, 1], both sides at least 19 pixels.

        Returns:
            N×64×H'×W' and N×192×H''×W''; at 256 pixels 125² and 60² positions.

        Raises:
            ValueError: The images have another shape, or are too small.
        """
        require_images(images, SMALLEST_SIDE)
        first: Tensor = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(2 * images - 1)))
        second: Tensor = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(self.maxpool1(first)))
        return first, second


def load_inception_maps(file: Path) -> InceptionMaps:
    """Loads the layers, frozen, in evaluation mode, on the CPU.

    Args:
        file: torchvision's Inception-v3; its later layers are left out.

    Raises:
        InputError: The file does not hold these layers.
    """
    with torch.random.fork_rng(devices=[]):
        network = InceptionMaps()
    wanted = network.state_dict()
    counters = {name: value for name, value in wanted.items() if name.endswith("num_batches_tracked")}
    stored = {name: value for name, value in read_tensors(file).items() if name in wanted}
    fill(network, {**counters, **stored}, file, "Inception-v3")
    return network.requires_grad_(False).eval()
