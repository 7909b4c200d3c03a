"""The encoder of the published AdaIN: VGG-19 with normalised activations, reflection padding and its own colours.

Huang and Belongie, ICCV 2017 (arXiv:1703.06868); weights of naoto0804/pytorch-AdaIN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torch import Tensor, nn

from benchmark.models.float32 import at_least_float32
from benchmark.models.tensor_file import fill, read_tensors
from benchmark.models.vgg import CHANNELS_PER_BLOCK
from benchmark.models.winograd import WinogradConv2d

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TO_RELU4_1: Final = (2, 2, 4, 1)
"""Convolutions of each block; the encoder of AdaIN ends with the first one of the fourth."""
_TO_RELU5_1: Final = (2, 2, 4, 4, 1)
RELU4_1_LAYERS: Final = 31
"""Number of layers up to relu4_1, padding and poolings included."""


class AdaINEncoder(nn.Module):
    """VGG-19 up to relu4_1, or to relu5_1, as the reference has it.

    A 1x1 convolution comes first, which turns RGB in [0, 1] into what the network was trained on. Every 3x3
    convolution pads by reflection, and poolings keep an odd row or column. The layers stand in the order of the
    reference, so that its weights map one to one.

    Args:
        to_relu5_1: Whether to go on to relu5_1, which SANet reads too.
    """

    def __init__(self, *, to_relu5_1: bool = False) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_layers(_TO_RELU5_1 if to_relu5_1 else _TO_RELU4_1))

    def forward(self, images: Tensor) -> Tensor:
        """Encodes images.

        Args:
            images: RGB in [0, 1], `N x 3 x H x W`, both sides at least 9 pixels (reflection needs a neighbour).

        Returns:
            Features at the last layer; at relu4_1 `N x 512 x ceil(H / 8) x ceil(W / 8)`.

        Raises:
            ValueError: If the images have another shape or are too small.
        """
        _require_images(images)
        features: Tensor = self.layers(images)
        # As `VGG.forward`: float32, whatever the convolutions were computed in.
        return at_least_float32(features)

    def at_both_levels(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Encodes images to relu4_1 and to the last layer.

        Args:
            images: RGB in [0, 1], `N x 3 x H x W`, both sides at least 9 pixels, at least 17 for relu5_1.

        Returns:
            Features at relu4_1 and, half as high and wide, rounded up, at relu5_1.

        Raises:
            ValueError: If the images have another shape or are too small.
        """
        _require_images(images)
        shallow: Tensor = self.layers[:RELU4_1_LAYERS](images)
        deep: Tensor = self.layers[RELU4_1_LAYERS:](shallow)
        return at_least_float32(shallow), at_least_float32(deep)


def _require_images(images: Tensor) -> None:
    if images.ndim != 4 or images.shape[1] != 3 or min(images.shape[2:]) < 9:
        raise ValueError(f"images must be N x 3 x H x W, H and W >= 9, not {tuple(images.shape)}")


def load_adain_encoder(file: Path, *, to_relu5_1: bool = False) -> AdaINEncoder:
    """Loads the published encoder.

    Args:
        file: `vgg_normalised.pth`; its layers after the last one are left out.
        to_relu5_1: Whether to go on to relu5_1.

    Returns:
        The encoder in evaluation mode, its parameters frozen.

    Raises:
        InputError: If the file does not hold it.
    """
    encoder = AdaINEncoder(to_relu5_1=to_relu5_1)
    wanted = encoder.layers.state_dict()
    tensors = {name: tensor for name, tensor in read_tensors(file).items() if name in wanted}
    fill(encoder.layers, tensors, file, "the encoder of AdaIN")
    return encoder.requires_grad_(False).eval()


def _layers(convolutions_per_block: tuple[int, ...]) -> Iterator[nn.Module]:
    yield nn.Conv2d(3, 3, kernel_size=1)
    inputs = 3
    for block, (count, outputs) in enumerate(zip(convolutions_per_block, CHANNELS_PER_BLOCK, strict=False)):
        if block:
            yield nn.MaxPool2d(kernel_size=2, stride=2, ceil_mode=True)
        for _ in range(count):
            yield nn.ReflectionPad2d(1)
            yield WinogradConv2d(inputs, outputs)
            yield nn.ReLU()
            inputs = outputs
