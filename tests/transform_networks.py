"""The transform network of pytorch/examples: its tensors with random values, and what it computes, plainly restated."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

KNOWN_PAINTING: Final = "1" * 64
"""Hash of the painting that the small network of the tests knows."""


def transform_tensors(width: int = 32, seed: int = 0) -> dict[str, Tensor]:
    """Makes tensors of the names and shapes that files of pytorch/examples have, random, sizes of activations kept."""
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}

    def convolution(name: str, outputs: int, inputs: int, side: int) -> None:
        scale = (2 / (inputs * side * side)) ** 0.5
        tensors[f"{name}.conv2d.weight"] = scale * torch.randn(outputs, inputs, side, side, generator=generator)
        tensors[f"{name}.conv2d.bias"] = 0.1 * torch.randn(outputs, generator=generator)

    def norm(name: str, channels: int) -> None:
        tensors[f"{name}.weight"] = 1 + 0.2 * torch.randn(channels, generator=generator)
        tensors[f"{name}.bias"] = 0.2 * torch.randn(channels, generator=generator)

    one, two, four = width, 2 * width, 4 * width
    convolution("conv1", one, 3, 9)
    norm("in1", one)
    convolution("conv2", two, one, 3)
    norm("in2", two)
    convolution("conv3", four, two, 3)
    norm("in3", four)
    for block in ("res1", "res2", "res3", "res4", "res5"):
        for part in (1, 2):
            convolution(f"{block}.conv{part}", four, four, 3)
            norm(f"{block}.in{part}", four)
    convolution("deconv1", two, four, 3)
    norm("in4", two)
    convolution("deconv2", one, two, 3)
    norm("in5", one)
    convolution("deconv3", 3, one, 9)
    tensors["deconv3.conv2d.bias"] += 128
    tensors["deconv3.conv2d.weight"] *= 40
    return tensors


def transform_stages(tensors: dict[str, Tensor], images: Tensor) -> list[Tensor]:
    """Computes the network of pytorch/examples: features after each stage, the last of which is the picture."""

    def convolution(features: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = tensors[f"{name}.conv2d.weight"]
        border = weight.shape[-1] // 2
        padded = functional.pad(features, (border,) * 4, mode="reflect")
        return functional.conv2d(padded, weight, tensors[f"{name}.conv2d.bias"], stride=stride)

    def norm(features: Tensor, name: str) -> Tensor:
        mean = features.mean((2, 3), keepdim=True)
        variance = ((features - mean) ** 2).mean((2, 3), keepdim=True)
        scale, shift = (tensors[f"{name}.{part}"].view(1, -1, 1, 1) for part in ("weight", "bias"))
        return (features - mean) / (variance + 1e-5).sqrt() * scale + shift

    def enlarged(features: Tensor) -> Tensor:
        return features.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)

    stages = [norm(convolution(images, "conv1"), "in1").relu()]
    stages.append(norm(convolution(stages[-1], "conv2", stride=2), "in2").relu())
    stages.append(norm(convolution(stages[-1], "conv3", stride=2), "in3").relu())
    for block in ("res1", "res2", "res3", "res4", "res5"):
        hidden = norm(convolution(stages[-1], f"{block}.conv1"), f"{block}.in1").relu()
        stages.append(stages[-1] + norm(convolution(hidden, f"{block}.conv2"), f"{block}.in2"))
    stages.append(norm(convolution(enlarged(stages[-1]), "deconv1"), "in4").relu())
    stages.append(norm(convolution(enlarged(stages[-1]), "deconv2"), "in5").relu())
    stages.append(convolution(stages[-1], "deconv3"))
    return stages
