"""The network whose output CLIPstyler optimises: a small U-Net from the content to the stylized image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.float32 import at_least_float32
from methods.clipstyler.bottleneck import ConvolutionBlock, SelfAttention
from methods.clipstyler.settings import BottleneckBlock, Padding, Upsampling
from methods.shared.image_geometry import pad_to_multiple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HALVINGS: Final = 3
_RESIDUAL_RANGE: Final = (0.03, 0.97)
_RESIDUAL_START: Final = 0.3
_NOISE_DEVIATION: Final = 0.25
"""About that of a photograph's pixels, so that neither drowns the other."""
_NOISE_OCTAVES: Final = 4


@dataclass(frozen=True)
class NetworkVariant:
    """Departures of a network from the paper's; see the settings of the same names.

    Attributes:
        shrink: The network works on images shrunk by this factor, and its result is enlarged.
        residual_limit: Largest change in logit space of a residual network; 0 for none.
        noise_channels: Planes of fixed noise beside the image.
        upsampling: Interpolation of the decoder.
        padding: Padding of the residual blocks' convolutions.
        attention: A further block after the bottleneck.
    """

    shrink: int = 1
    residual_limit: float = 0.0
    noise_channels: int = 0
    upsampling: Upsampling = Upsampling.BILINEAR
    padding: Padding = Padding.ZEROS
    attention: BottleneckBlock = BottleneckBlock.NONE


PAPER: Final = NetworkVariant()


class StyleNetwork(nn.Module):
    """U-Net of Kwon and Ye 2022: three stride-2 levels, residual blocks with instance norm, bilinear upsampling.

    With the default channels it has 615,267 parameters. The result is ``sigmoid(network(x))``, or, as a residual,
    ``sigmoid(logit(x) + network(x))`` with x limited to [0.03, 0.97] so that its logit is finite.

    Args:
        channels: Channels of the three levels; the bottleneck has twice the last.
        residual: Whether to predict a change of the input in logit space.
        variant: Departures from the paper's network.
        noise_seed: Seed of the planes of noise.
    """

    def __init__(
        self,
        channels: Sequence[int] = (16, 32, 64),
        *,
        residual: bool = False,
        variant: NetworkVariant = PAPER,
        noise_seed: int = 0,
    ) -> None:
        super().__init__()
        first, second, third = channels
        self.residual = residual
        self.variant = variant
        self._noise_seed = noise_seed
        self._noise: dict[tuple[int, int], Tensor] = {}

        def block(inputs: int, outputs: int) -> ResidualBlock:
            return ResidualBlock(inputs, outputs, variant.padding)

        self.entry = nn.Sequential(nn.Conv2d(3 + variant.noise_channels, first, 1), block(first, first))
        self.encoders = nn.ModuleList([block(first, first), block(first, second), block(second, third)])
        self.halvings = nn.ModuleList([nn.Conv2d(count, count, 4, stride=2, padding=1) for count in channels])
        self.bottleneck = block(third, 2 * third)
        self.decoders = nn.ModuleList(
            [block(2 * third + third, third), block(third + second, second), block(second + first, first)]
        )
        self.exit = nn.Sequential(block(2 * first, first), nn.Conv2d(first, 3, 1))
        self.attention: nn.Module = nn.Identity()
        if variant.attention is BottleneckBlock.BOTTLENECK:
            self.attention = SelfAttention(2 * third)
        elif variant.attention is BottleneckBlock.CONVOLUTION:
            self.attention = ConvolutionBlock(2 * third)

    def forward(self, images: Tensor) -> Tensor:
        """Computes stylized images.

        Args:
            images: N×3×H×W in [0, 1], at least 16 pixels high and wide (times ``shrink``); padded by reflection to
                multiples of 8 (times ``shrink``).

        Returns:
            N×3×H×W in [0, 1].
        """
        height, width = images.shape[-2:]
        shrink, limit = self.variant.shrink, self.variant.residual_limit
        padded = pad_to_multiple(images, shrink * 2**_HALVINGS)
        logits = self._logits(functional.avg_pool2d(padded, shrink) if shrink > 1 else padded)
        # Added to the content's logits and made colours: float32, whatever the convolutions were computed in.
        logits = at_least_float32(logits)
        if self.residual and limit:
            logits = limit * torch.tanh(logits / limit)
        if shrink > 1:
            logits = functional.interpolate(logits, scale_factor=shrink, mode="bicubic", align_corners=False)
        if self.residual:
            logits = logits + torch.logit(padded.clamp(*_RESIDUAL_RANGE))
        return torch.sigmoid(logits)[..., :height, :width]

    def attended(self, images: Tensor) -> Tensor:
        """Computes how much each place is attended to in the bottleneck: N×H×W, at least 0.

        Args:
            images: As in ``forward``; the network has a `SelfAttention`.
        """
        kept: list[Tensor] = []

        def keep(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            assert isinstance(module, SelfAttention)
            kept.append(module.attended(*inputs))

        with self.attention.register_forward_pre_hook(keep):
            self(images)
        # Of the padded image, which is what the network sees.
        enlarged = functional.interpolate(
            kept[0][:, None], scale_factor=2**_HALVINGS * self.variant.shrink, mode="bilinear", align_corners=False
        )
        return enlarged[:, 0, : images.shape[-2], : images.shape[-1]]

    def _logits(self, images: Tensor) -> Tensor:
        if self.variant.noise_channels:
            noise = self._noise_planes(*images.shape[-2:]).to(images)
            images = torch.cat([images, noise.expand(len(images), -1, -1, -1)], dim=1)
        entry = self.entry(images)
        hidden, passed = entry, []
        for encoder, halving in zip(self.encoders, self.halvings, strict=True):
            passed.append(encoder(hidden))
            hidden = halving(passed[-1])
        hidden = self.attention(self.bottleneck(hidden))
        for decoder, skip in zip(self.decoders, reversed(passed), strict=True):
            hidden = decoder(torch.cat([self._enlarge(hidden), skip], dim=1))
        logits: Tensor = self.exit(torch.cat([hidden, entry], dim=1))
        return logits

    def _enlarge(self, hidden: Tensor) -> Tensor:
        if self.variant.upsampling is Upsampling.NEAREST:
            return functional.interpolate(hidden, scale_factor=2, mode="nearest")
        return functional.interpolate(hidden, scale_factor=2, mode="bilinear", align_corners=False)

    def _noise_planes(self, height: int, width: int) -> Tensor:
        """Draws planes of normal noise, 1×N×H×W, of grains 1, 2, 4, 8, 1, … pixels; always the same for a size."""
        if (height, width) not in self._noise:
            generator = torch.Generator().manual_seed(self._noise_seed)
            planes = []
            for index in range(self.variant.noise_channels):
                grain = 2 ** (index % _NOISE_OCTAVES)
                drawn = torch.randn(1, 1, -(-height // grain), -(-width // grain), generator=generator)
                planes.append(functional.interpolate(drawn, size=(height, width), mode="bicubic", align_corners=False))
            self._noise[height, width] = _NOISE_DEVIATION * torch.cat(planes, dim=1)
        return self._noise[height, width]


class InstanceNorm(nn.InstanceNorm2d):
    """Instance norm, not affine, that leaves channels last in memory if they are.

    That of PyTorch brings them to the front. Over a single picture the norm of a batch is the same.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Brings each channel of each picture, N×C×H×W, to mean 0 and variance 1."""
        if len(input) > 1:
            return super().forward(input)
        return functional.batch_norm(input, None, None, training=True, eps=self.eps)


class ResidualBlock(nn.Module):
    """Residual block: two rounds of 3×3 convolution, instance norm (not affine) and ReLU, beside a 1×1 convolution."""

    def __init__(self, inputs: int, outputs: int, padding: Padding = Padding.ZEROS) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode=padding.value),
            InstanceNorm(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, padding_mode=padding.value),
            InstanceNorm(outputs),
            nn.ReLU(),
        )
        self.skip = nn.Conv2d(inputs, outputs, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Maps features, N×inputs×H×W, to N×outputs×H×W."""
        result: Tensor = self.body(features) + self.skip(features)
        return result


def build_style_network(
    channels: Sequence[int],
    *,
    residual: bool,
    generator: torch.Generator,
    device: torch.device,
    variant: NetworkVariant = PAPER,
) -> StyleNetwork:
    """Builds a network with PyTorch's default initialisation of convolutions, drawn from a generator.

    A residual network's last convolution starts at 0.3 of that and without bias, so that the first output is close to
    the input.

    Args:
        channels: As in `StyleNetwork`.
        residual: As in `StyleNetwork`.
        generator: The only source of randomness, on the CPU.
        device: Device of the network.
        variant: As in `StyleNetwork`.
    """
    # Without noise the generator stays where the paper's network leaves it.
    seed = int(torch.randint(2**62, (), generator=generator)) if variant.noise_channels else 0
    with torch.device("meta"):
        network = StyleNetwork(channels, residual=residual, variant=variant, noise_seed=seed)
    network.to_empty(device="cpu")
    added = set(network.attention.modules())
    _initialise((module for module in network.modules() if module not in added), generator)
    # From a generator of their own, so that the other weights and all crops are the same with and without the block.
    own_seed = torch.randint(2**62, (), generator=torch.Generator().manual_seed(generator.initial_seed()))
    _initialise(network.attention.modules(), torch.Generator().manual_seed(int(own_seed)))
    if residual:
        last = network.exit[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        with torch.no_grad():
            last.weight.mul_(_RESIDUAL_START)
            last.bias.zero_()
    # Few channels convolve in half of the time where they are last in memory, on the CPU, backward passes included.
    return network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _initialise(modules: Iterable[nn.Module], generator: torch.Generator) -> None:
    for module in modules:
        if isinstance(module, nn.Conv2d):
            assert module.bias is not None
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
            bound = 1 / math.sqrt(module.weight[0].numel())
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
