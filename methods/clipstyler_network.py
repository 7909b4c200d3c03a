"""The network whose output CLIPstyler optimises: a small U-Net from the content to the stylized image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.image_geometry import pad_to_multiple

if TYPE_CHECKING:
    from collections.abc import Sequence

_HALVINGS: Final = 3
_RESIDUAL_RANGE: Final = (0.03, 0.97)
_RESIDUAL_START: Final = 0.3


class StyleNetwork(nn.Module):
    """U-Net of Kwon and Ye 2022: three stride-2 levels, residual blocks with instance norm, bilinear upsampling.

    With the default channels it has 615,267 parameters. The result is ``sigmoid(network(x))``, or, as a residual,
    ``sigmoid(logit(x) + network(x))`` with x limited to [0.03, 0.97] so that its logit is finite.

    Args:
        channels: Channels of the three levels; the bottleneck has twice the last.
        residual: Whether to predict a change of the input in logit space.
    """

    def __init__(self, channels: Sequence[int] = (16, 32, 64), *, residual: bool = False) -> None:
        super().__init__()
        first, second, third = channels
        self.residual = residual
        self.entry = nn.Sequential(nn.Conv2d(3, first, 1), ResidualBlock(first, first))
        self.encoders = nn.ModuleList(
            [ResidualBlock(first, first), ResidualBlock(first, second), ResidualBlock(second, third)]
        )
        self.halvings = nn.ModuleList([nn.Conv2d(count, count, 4, stride=2, padding=1) for count in channels])
        self.bottleneck = ResidualBlock(third, 2 * third)
        self.decoders = nn.ModuleList(
            [
                ResidualBlock(2 * third + third, third),
                ResidualBlock(third + second, second),
                ResidualBlock(second + first, first),
            ]
        )
        self.exit = nn.Sequential(ResidualBlock(2 * first, first), nn.Conv2d(first, 3, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Compute stylized images.

        Args:
            images: N×3×H×W in [0, 1], at least 16 pixels high and wide; padded by reflection to multiples of 8.

        Returns:
            N×3×H×W in [0, 1].
        """
        height, width = images.shape[-2:]
        padded = pad_to_multiple(images, 2**_HALVINGS)
        entry = self.entry(padded)
        hidden, passed = entry, []
        for encoder, halving in zip(self.encoders, self.halvings, strict=True):
            passed.append(encoder(hidden))
            hidden = halving(passed[-1])
        hidden = self.bottleneck(hidden)
        for decoder, skip in zip(self.decoders, reversed(passed), strict=True):
            enlarged = functional.interpolate(hidden, scale_factor=2, mode="bilinear", align_corners=False)
            hidden = decoder(torch.cat([enlarged, skip], dim=1))
        logits = self.exit(torch.cat([hidden, entry], dim=1))
        if self.residual:
            logits = logits + torch.logit(padded.clamp(*_RESIDUAL_RANGE))
        return torch.sigmoid(logits)[..., :height, :width]


class ResidualBlock(nn.Module):
    """Twice 3×3 convolution, instance norm (not affine) and ReLU, beside a 1×1 convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.InstanceNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
            nn.InstanceNorm2d(outputs),
            nn.ReLU(),
        )
        self.skip = nn.Conv2d(inputs, outputs, 1)

    def forward(self, features: Tensor) -> Tensor:
        """N×inputs×H×W → N×outputs×H×W."""
        result: Tensor = self.body(features) + self.skip(features)
        return result


def build_style_network(
    channels: Sequence[int], *, residual: bool, generator: torch.Generator, device: torch.device
) -> StyleNetwork:
    """Build a network with PyTorch's default initialisation of convolutions, drawn from a generator.

    A residual network's last convolution starts at 0.3 of that and without bias, so that the first output is close to
    the input.

    Args:
        channels: As in `StyleNetwork`.
        residual: As in `StyleNetwork`.
        generator: The only source of randomness, on the CPU.
        device: Where the network is put.
    """
    with torch.device("meta"):
        network = StyleNetwork(channels, residual=residual)
    network.to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            assert module.bias is not None
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
            bound = 1 / math.sqrt(module.weight[0].numel())
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
    if residual:
        last = network.exit[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        with torch.no_grad():
            last.weight.mul_(_RESIDUAL_START)
            last.bias.zero_()
    return network.to(device)
