"""The benchmark's networks as others run them."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

from benchmark.models.winograd import WinogradConv2d

NetworkT = TypeVar("NetworkT", bound=nn.Module)


def ordinary(network: NetworkT) -> NetworkT:
    """Returns a copy of a network with PyTorch's convolutions, in the memory format that weights are published in.

    Args:
        network: The network; it stays as it is.
    """
    result = copy.deepcopy(network)
    for module in list(result.modules()):
        for name, child in module.named_children():
            if isinstance(child, WinogradConv2d):
                setattr(module, name, _convolution(child))
    return result.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload, no-any-return]


def _convolution(layer: WinogradConv2d) -> nn.Conv2d:
    with torch.device("meta"):
        convolution = nn.Conv2d(layer.in_channels, layer.out_channels, kernel_size=3, padding=layer.margin)
    convolution.weight, convolution.bias = layer.weight, layer.bias
    return convolution.train(layer.training)
