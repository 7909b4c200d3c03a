"""A start for training the AdaIN decoder: every convolution fitted by least squares to undo one layer of the encoder.

The decoder mirrors the encoder, so each of its convolutions has a natural target: the encoder's features one layer
earlier. Layer after layer, ridge regression on the outputs of the layers already fitted finds the weights directly.
That takes minutes, where gradient descent from random weights takes hours on a CPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmark.models.adain_decoder import AdaINDecoder

TARGETS: Final = ("relu3_4", "relu3_3", "relu3_2", "relu3_1", "relu2_2", "relu2_1", "relu1_2", "relu1_1", "image")
"""Layers that the outputs of the nine convolutions should resemble; before an upsampling, after pooling."""

POOLED: Final = frozenset({"relu3_4", "relu2_2", "relu1_2"})
INPUT: Final = "relu4_1"
RIDGE: Final = 3e-3
"""Added to the diagonal, as a fraction of its mean."""

SAMPLES_PER_WEIGHT: Final = 9
"""Positions sampled for each input weight of a convolution."""


@torch.no_grad()
def fit_by_least_squares(
    decoder: AdaINDecoder,
    batches: Sequence[Tensor],
    encode: Callable[[Tensor, Sequence[str]], dict[str, Tensor]],
    normalize: Callable[[Tensor], Tensor],
    seed: int,
) -> None:
    """Set the decoder's weights, in place.

    Args:
        decoder: Gets the weights.
        batches: Images, each `N x 3 x H x W`.
        encode: Encodes a batch to the named layers.
        normalize: Brings features at relu4_1 to the scale that the decoder takes.
        seed: Of the choice of positions.
    """
    generator = torch.Generator().manual_seed(seed)
    layers = list(decoder.layers)
    convolutions = [index for index, layer in enumerate(layers) if isinstance(layer, nn.Conv2d)]
    for index, target in zip(convolutions, TARGETS, strict=True):
        layer = layers[index]
        assert isinstance(layer, nn.Conv2d)
        size = layer.in_channels * 9
        wanted = -(-SAMPLES_PER_WEIGHT * size // len(batches))
        gram = torch.zeros(size + 1, size + 1)
        cross = torch.zeros(size + 1, layer.out_channels)
        scale = _target(target, batches[0], encode).mean(dim=(0, 2, 3))
        scale = scale.clamp_min(0.25 * scale.mean().item()) if target != "image" else torch.ones(3)
        for images in batches:
            hidden = normalize(encode(images, [INPUT])[INPUT].float())
            for earlier in layers[:index]:
                hidden = earlier(hidden)
            inputs, outputs = _sample(hidden, _target(target, images, encode), wanted, generator)
            inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], dim=1)
            gram.addmm_(inputs.T, inputs)
            cross.addmm_(inputs.T, outputs / scale)
        gram.diagonal().add_(RIDGE * gram.diagonal().mean())
        solution = torch.cholesky_solve(cross, torch.linalg.cholesky(gram))
        layer.weight.copy_(solution[:-1].T.reshape(layer.weight.shape))
        layer.bias.copy_(solution[-1])


def _target(name: str, images: Tensor, encode: Callable[[Tensor, Sequence[str]], dict[str, Tensor]]) -> Tensor:
    if name == "image":
        return images
    features = encode(images, [name])[name].float()
    return functional.max_pool2d(features, kernel_size=2) if name in POOLED else features


def _sample(hidden: Tensor, target: Tensor, wanted: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw positions: the padded 3 x 3 neighbourhoods (`S x 9 C`) and what should come out there (`S x C'`)."""
    count, _, height, width = target.shape
    chosen = torch.randint(count * height * width, (min(wanted, count * height * width),), generator=generator)
    picture, position = chosen // (height * width), chosen % (height * width)
    row, column = position // width, position % width
    neighbours = [hidden[picture, :, row + down, column + right] for down in range(3) for right in range(3)]
    return torch.stack(neighbours, dim=2).flatten(1), target[picture, :, row, column]
