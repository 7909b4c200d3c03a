"""ST-LPIPS, the shift-tolerant perceptual distance, as whole embedded networks.

Ghildyal and Liu, "Shift-tolerant Perceptual Similarity Metric", ECCV 2022 (arXiv:2207.13686). Features are halved by
a blur followed by sampling, with a generous reflected border, instead of by strides alone: an image moved by a pixel
keeps its features. The architecture is restated here; only the weights come from the authors' package.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.errors import InputError
from benchmark.models.perceptual_distance import PerceptualDistance
from benchmark.models.tensor_file import read_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SHIFT: Final = (-0.030, -0.088, -0.188)
_SCALE: Final = (0.458, 0.448, 0.450)
"""Colours are compared as ``(2 x − 1 − shift) / scale``: ImageNet's mean and deviation for images in [−1, 1]."""

_BLUR: Final = (0.25, 0.5, 0.25)
_BLUR_BORDER: Final = 2


class Backbone(StrEnum):
    """The network whose features are compared."""

    ALEX = "alex"
    VGG = "vgg"


class BlurredSampling(nn.Module):
    """Halves the features: a 3×3 binomial blur, of which every second value is kept.

    The border is reflected by two pixels, twice what the blur needs ("reflection padding 2" in the paper).

    Args:
        channels: C, the number of feature channels.
    """

    kernel: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        line = torch.tensor(_BLUR)
        kernel = torch.outer(line, line).expand(channels, 1, 3, 3).clone()
        self.register_buffer("kernel", kernel, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Maps N×C×H×W to N×C×(H // 2 + 1)×(W // 2 + 1) where the sides are even."""
        padded = functional.pad(features, (_BLUR_BORDER,) * 4, mode="reflect")
        return functional.conv2d(padded, self.kernel, stride=2, groups=self.kernel.shape[0])


class ShiftTolerantLPIPS(PerceptualDistance):
    """ST-LPIPS with one of its two backbones.

    The five compared layers are those of LPIPS: the ReLUs of AlexNet's five convolutions, or relu1_2, 2_2, 3_3, 4_3
    and 5_3 of VGG-16. Deviation from the authors' package: images are taken in [0, 1], the package takes [−1, 1].

    Args:
        backbone: The network; its weights are random until they are loaded.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        stages = _alex_stages() if backbone is Backbone.ALEX else _vgg_stages()
        self.stages = nn.ModuleList(nn.Sequential(*stage) for stage in stages)
        self.heads = nn.ParameterList(torch.zeros(_output_channels(stage)) for stage in stages)
        self.register_buffer("shift", torch.tensor(_SHIFT).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1), persistent=False)

    def activations(self, images: Tensor) -> Sequence[Tensor]:
        """Computes the activations of the five compared layers; see ``PerceptualDistance``."""
        hidden = (2 * images - 1 - self.shift) / self.scale
        found = []
        for stage in self.stages:
            hidden = stage(hidden)
            found.append(hidden)
        return found

    def channel_weights(self) -> Sequence[Tensor]:
        """Returns the weight of each channel of the five layers."""
        return list(self.heads)


def load_st_lpips_alex(file: Path) -> ShiftTolerantLPIPS:
    """Loads ST-LPIPS with AlexNet features, frozen, in evaluation mode, on the CPU.

    Args:
        file: The weights of the package ``stlpips-pytorch``.

    Raises:
        InputError: The file does not hold this network.
    """
    return _load(file, Backbone.ALEX)


def load_st_lpips_vgg(file: Path) -> ShiftTolerantLPIPS:
    """Loads ST-LPIPS with VGG-16 features, frozen, in evaluation mode, on the CPU.

    Args:
        file: The weights of the package ``stlpips-pytorch``.

    Raises:
        InputError: The file does not hold this network.
    """
    return _load(file, Backbone.VGG)


def _alex_stages() -> list[list[nn.Module]]:
    return [
        # The first convolution keeps every position (stride 1; AlexNet has 4), and is blurred before its ReLU.
        [nn.Conv2d(3, 64, kernel_size=11, padding=2), BlurredSampling(64), nn.ReLU()],
        [*_pooling(3, 64), nn.Conv2d(64, 192, kernel_size=5, padding=2), nn.ReLU()],
        [*_pooling(3, 192), nn.Conv2d(192, 384, kernel_size=3, padding=1), nn.ReLU()],
        [nn.Conv2d(384, 256, kernel_size=3, padding=1), nn.ReLU()],
        [nn.Conv2d(256, 256, kernel_size=3, padding=1), nn.ReLU()],
    ]


def _vgg_stages() -> list[list[nn.Module]]:
    stages: list[list[nn.Module]] = []
    inputs = 3
    for outputs, convolutions in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        stage = [*_pooling(2, inputs)] if stages else []
        for _ in range(convolutions):
            stage += [nn.Conv2d(inputs, outputs, kernel_size=3, padding=1), nn.ReLU()]
            inputs = outputs
        stages.append(stage)
    return stages


def _pooling(window: int, channels: int) -> tuple[nn.Module, nn.Module]:
    return nn.MaxPool2d(window, stride=1), BlurredSampling(channels)


def _convolutions(stage: Sequence[nn.Module]) -> list[nn.Conv2d]:
    return [module for module in stage if isinstance(module, nn.Conv2d)]


def _output_channels(stage: Sequence[nn.Module]) -> int:
    return _convolutions(stage)[-1].out_channels


def _load(file: Path, backbone: Backbone) -> ShiftTolerantLPIPS:
    stored = read_tensors(file)
    network = ShiftTolerantLPIPS(backbone)
    state: dict[str, Tensor] = {}
    try:
        for number, stage in enumerate(network.stages):
            layers = enumerate(cast("nn.Sequential", stage))
            places = [place for place, layer in layers if isinstance(layer, nn.Conv2d)]
            for place, name in zip(places, _stored_convolutions(stored, number + 1), strict=True):
                state[f"stages.{number}.{place}.weight"] = stored[f"{name}.weight"]
                state[f"stages.{number}.{place}.bias"] = stored[f"{name}.bias"]
            state[f"heads.{number}"] = stored[f"lin{number}.model.1.weight"].flatten()
        network.load_state_dict(state)
    except (KeyError, ValueError, RuntimeError) as error:
        raise InputError(f"{file} does not hold ST-LPIPS with {backbone} features: {error}") from error
    # Measured on 2 cores of a Xeon with AVX-512, AlexNet at 256 px: 0.104 s against 0.147 s.
    return network.to(memory_format=torch.channels_last).requires_grad_(False).eval()


def _stored_convolutions(stored: dict[str, Tensor], stage: int) -> list[str]:
    pattern = re.compile(rf"(net\.slice{stage}\.(\d+))\.bias")
    found = [match for match in map(pattern.fullmatch, stored) if match]
    return [match[1] for match in sorted(found, key=lambda match: int(match[2]))]
