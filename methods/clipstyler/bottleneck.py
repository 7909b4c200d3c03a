"""Blocks that `StyleNetwork` may have after its bottleneck: self-attention, and a convolution of its size."""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn import functional


class SelfAttention(nn.Module):
    """Self-attention among all places, added to its input.

    With f, g, h 1×1 convolutions from C to C/2 channels, o one back to C, and places as columns::

        result = x + o(h(x) softmax(f(x)^T g(x) / sqrt(C/2))^T)        softmax over the places of g

    After Wang et al., "Non-local Neural Networks", CVPR 2018, whose embedded Gaussian block this is, scaled as in
    Vaswani et al. 2017. Deviations: no pooling of the keys, and o is not zero at the start, as the block in Zhang et
    al., "Self-Attention GANs", 2019, is: two hundred updates at a rate of 5e-4 would hardly leave zero. No publication
    is known that puts it into CLIPstyler's network.

    Args:
        channels: C, at least 2.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 2
        self.queries = nn.Conv2d(channels, inner, 1)
        self.keys = nn.Conv2d(channels, inner, 1)
        self.values = nn.Conv2d(channels, inner, 1)
        self.out = nn.Conv2d(inner, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Maps features, N×C×H×W, to features of the same shape."""
        queries, keys, values = (
            layer(features).flatten(2).mT.contiguous() for layer in (self.queries, self.keys, self.values)
        )
        mixed = functional.scaled_dot_product_attention(queries, keys, values)
        result: Tensor = features + self.out(mixed.mT.reshape(len(features), -1, *features.shape[-2:]))
        return result

    def attended(self, features: Tensor) -> Tensor:
        """Computes how much each place is attended to, on average over all places: N×H×W, sum 1."""
        queries, keys = (layer(features).flatten(2).mT for layer in (self.queries, self.keys))
        weights = (queries @ keys.mT / math.sqrt(queries.shape[-1])).softmax(dim=-1)
        means: Tensor = weights.mean(dim=1).view(len(features), *features.shape[-2:])
        return means


class ConvolutionBlock(nn.Module):
    """The control of `SelfAttention`: as many parameters, but each place sees its neighbours only.

    ``result = x + o(relu(k(relu(i(x)))))`` with i and o 1×1 and k 3×3 convolutions, of such a width between them that
    the parameters are those of `SelfAttention`, to 3 % at 64 channels and more.

    Args:
        channels: C.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        width = convolution_width(channels)
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, channels, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Maps features, N×C×H×W, to features of the same shape."""
        result: Tensor = features + self.body(features)
        return result


def convolution_width(channels: int) -> int:
    """Solves ``9 w² + (2 C + 2) w + C = parameters of SelfAttention(C)`` for w, rounded."""
    inner = channels // 2
    parameters = 3 * (channels * inner + inner) + inner * channels + channels
    half = channels + 1
    return max(1, round((-half + math.sqrt(half**2 + 9 * (parameters - channels))) / 9))
