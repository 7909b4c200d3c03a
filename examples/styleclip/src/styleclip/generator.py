"""The generator of StyleGAN2.

Karras, Laine, Aittala, Hellsten, Lehtinen and Aila, "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020
(arXiv:1912.04958): a mapping network to latent codes, modulated convolutions with demodulation, noise, and pictures
that are summed up over the resolutions. Modules have the names of rosinality/stylegan2-pytorch, so that its weights map
one to one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from styleclip.filtering import binomial_kernel, double_size, filter_maps

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAPPING_RATE: Final = 0.01
"""Factor of the learning rate that the mapping network was trained with: its weights are stored divided by it."""


@dataclass(frozen=True)
class GeneratorShape:
    """What tells one generator from another.

    Attributes:
        channels: Channels of the feature maps of sides 4, 8, 16, …
        latent_size: Length of a latent code.
        mapping_layers: Number of layers of the mapping network.
    """

    channels: tuple[int, ...]
    latent_size: int = 512
    mapping_layers: int = 8

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> GeneratorShape:
        """Reads the shape off the weights of a generator.

        Raises:
            KeyError: They are of something else.
        """
        levels = sum(name.startswith("to_rgbs.") and name.endswith(".conv.weight") for name in tensors)
        channels = [tensors[f"convs.{2 * level}.conv.weight"].shape[1] for level in range(levels)]
        mapping = sum(name.startswith("style.") and name.endswith(".weight") for name in tensors)
        return cls((tensors["input.input"].shape[1], *channels), tensors["style.1.weight"].shape[1], mapping)

    @property
    def side(self) -> int:
        """Side of the pictures in pixels."""
        return int(2 ** (len(self.channels) + 1))

    @property
    def codes(self) -> int:
        """Number of latent codes that a picture is made from: 18 for a side of 1024."""
        return 2 * len(self.channels)


class Generator(nn.Module):
    """Makes pictures of latent codes, one code a layer ("W+").

    The noise is that of the weights and never drawn anew, so a picture depends on its codes alone.

    Args:
        shape: Layers and channels.
    """

    def __init__(self, shape: GeneratorShape) -> None:
        super().__init__()
        self.shape = shape
        size = shape.latent_size
        first, *others = shape.channels
        self.style = nn.Sequential(
            NormalizedPixels(), *(MappingLayer(size, _MAPPING_RATE) for _ in range(shape.mapping_layers))
        )
        self.input = Constant(first)
        self.conv1 = StyledConvolution(first, first, size)
        self.to_rgb1 = ToColors(first, size)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        inputs = first
        for channels in others:
            self.convs += [
                StyledConvolution(inputs, channels, size, doubles=True),
                StyledConvolution(channels, channels, size),
            ]
            self.to_rgbs.append(ToColors(channels, size, doubles=True))
            inputs = channels
        self.noises = nn.Module()
        for layer in range(shape.codes - 1):
            side = 2 ** ((layer + 5) // 2)
            self.noises.register_buffer(f"noise_{layer}", torch.zeros(1, 1, side, side))

    def map(self, noise: Tensor) -> Tensor:
        """Maps N×L normally distributed numbers to latent codes, N×L."""
        codes: Tensor = self.style(noise)
        return codes

    def mean_code(self, generator: torch.Generator, samples: int = 4096) -> Tensor:
        """Returns the mean of random latent codes, of length L.

        Args:
            generator: Draws them, on the CPU.
            samples: Their number.
        """
        noise = torch.randn(samples, self.shape.latent_size, generator=generator)
        return self.map(noise.to(self.input.input.device)).mean(0)

    def forward(self, codes: Tensor) -> Tensor:
        """Makes pictures.

        Args:
            codes: N×K×L, K latent codes a picture.

        Returns:
            N×3×S×S, colours around [-1, 1] but not clamped to it.
        """
        features = self.conv1(self.input.input.expand(len(codes), -1, -1, -1), codes[:, 0], self._noise(0))
        image: Tensor = self.to_rgb1(features, codes[:, 1])
        for level, to_colors in enumerate(self.to_rgbs):
            # A level's colours and the next level's first convolution share a code.
            for layer in (2 * level + 1, 2 * level + 2):
                features = self.convs[layer - 1](features, codes[:, layer], self._noise(layer))
            image = to_colors(features, codes[:, 2 * level + 3], image)
        return image

    def _noise(self, layer: int) -> Tensor:
        return self.noises.get_buffer(f"noise_{layer}")


class NormalizedPixels(nn.Module):
    """Scales vectors to a mean square of 1."""

    def forward(self, vectors: Tensor) -> Tensor:
        """Scales N×L vectors."""
        return vectors * torch.rsqrt(vectors.square().mean(1, keepdim=True) + 1e-8)


class MappingLayer(nn.Module):
    """A linear layer with a leaky ReLU, both scaled to keep the variance.

    Args:
        size: Inputs and outputs.
        rate: Factor that weights and bias are stored divided by.
    """

    def __init__(self, size: int, rate: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(size, size))
        self.bias = nn.Parameter(torch.zeros(size))
        self._scale, self._rate = rate / math.sqrt(size), rate

    def forward(self, vectors: Tensor) -> Tensor:
        """Maps N×L vectors to N×L ones."""
        return _scaled_leaky_relu(functional.linear(vectors, self.weight * self._scale, self.bias * self._rate))


class Modulation(nn.Module):
    """A linear layer from a latent code to a factor for each channel.

    Args:
        latent_size: Length of a latent code.
        channels: Number of factors.
    """

    def __init__(self, latent_size: int, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels, latent_size))
        self.bias = nn.Parameter(torch.ones(channels))
        self._scale = 1 / math.sqrt(latent_size)

    def forward(self, codes: Tensor) -> Tensor:
        """Maps N×L codes to N×C factors."""
        return functional.linear(codes, self.weight * self._scale, self.bias)


class Constant(nn.Module):
    """The learned 4×4 features that everything starts from.

    Args:
        channels: Their number.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Parameter(torch.zeros(1, channels, 4, 4))


class ModulatedConvolution(nn.Module):
    """A convolution whose input channels are scaled by factors made of a latent code.

    Demodulated, each output channel is divided by the norm of its scaled weights (equation 3 of the paper). Scaling the
    input and the output is the same as scaling the weights, and needs no weights of its own for each picture.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        side: Side of the kernel.
        latent_size: Length of a latent code.
        demodulates: Whether the output channels are divided.
        doubles: Whether height and width are doubled.
    """

    def __init__(
        self, inputs: int, outputs: int, side: int, latent_size: int, *, demodulates: bool = True, doubles: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, outputs, inputs, side, side))
        self.modulation = Modulation(latent_size, inputs)
        self.blur = Kernel() if doubles else None
        self._demodulates = demodulates
        self._scale = 1 / math.sqrt(inputs * side**2)
        self._padding = side // 2

    def forward(self, features: Tensor, codes: Tensor) -> Tensor:
        """Convolves features.

        Args:
            features: N×C×H×W.
            codes: N×L.

        Returns:
            N×C'×H×W, or N×C'×2H×2W.
        """
        factors = self.modulation(codes)
        weight = self.weight[0] * self._scale
        scaled = features * factors[:, :, None, None]
        if self.blur is None:
            convolved = functional.conv2d(scaled, weight, padding=self._padding)
        else:
            spread = functional.conv_transpose2d(scaled, weight.transpose(0, 1), stride=2)
            convolved = filter_maps(spread, self.blur.kernel, (1, 1))
        if not self._demodulates:
            return convolved
        squares = functional.linear(factors.square(), weight.square().sum((2, 3)))
        return convolved * torch.rsqrt(squares + 1e-8)[:, :, None, None]


class Kernel(nn.Module):
    """The kernel of a blur that goes with doubling; its sum is 4, for the zeros between the values."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", binomial_kernel(gain=4))


class NoiseStrength(nn.Module):
    """How much noise is added."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))


class Bias(nn.Module):
    """A bias for each channel.

    Args:
        channels: Their number.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))


class StyledConvolution(nn.Module):
    """A modulated 3×3 convolution, noise, bias and a leaky ReLU.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        latent_size: Length of a latent code.
        doubles: Whether height and width are doubled.
    """

    def __init__(self, inputs: int, outputs: int, latent_size: int, *, doubles: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConvolution(inputs, outputs, 3, latent_size, doubles=doubles)
        self.noise = NoiseStrength()
        self.activate = Bias(outputs)

    def forward(self, features: Tensor, codes: Tensor, noise: Tensor) -> Tensor:
        """Makes the next features.

        Args:
            features: N×C×H×W.
            codes: N×L.
            noise: 1×1×H'×W', of the result's size.

        Returns:
            N×C'×H'×W'.
        """
        convolved = self.conv(features, codes) + self.noise.weight * noise
        return _scaled_leaky_relu(convolved + self.activate.bias[:, None, None])


class ToColors(nn.Module):
    """Adds the colours of a resolution to the picture of the resolution before.

    Args:
        inputs: Input channels.
        latent_size: Length of a latent code.
        doubles: Whether there is a picture before, which is doubled.
    """

    def __init__(self, inputs: int, latent_size: int, *, doubles: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConvolution(inputs, 3, 1, latent_size, demodulates=False)
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        self.upsample = Kernel() if doubles else None

    def forward(self, features: Tensor, codes: Tensor, before: Tensor | None = None) -> Tensor:
        """Makes N×3×H×W colours.

        Args:
            features: N×C×H×W.
            codes: N×L.
            before: N×3×H/2×W/2, the picture so far.
        """
        colors: Tensor = self.conv(features, codes) + self.bias
        if before is None or self.upsample is None:
            return colors
        return colors + double_size(before, self.upsample.kernel)


def _scaled_leaky_relu(values: Tensor) -> Tensor:
    return functional.leaky_relu(values, 0.2) * math.sqrt(2)
