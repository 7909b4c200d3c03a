"""The loss and its descent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from benchmark.models.vgg import VGG
    from torch import Generator, Tensor

    from sliced_wasserstein.method import SlicedWassersteinSettings


def optimize(
    vgg: VGG, settings: SlicedWassersteinSettings, content: Tensor, style: Tensor, generator: Generator
) -> Tensor:
    """Descends the loss from the content.

    Args:
        vgg: The network.
        settings: Steps, weights and layers.
        content: 3×H×W in [0, 1].
        style: 3×H'×W' in [0, 1].
        generator: Draws the directions, on the CPU.

    Returns:
        3×H×W in [0, 1].
    """
    with torch.no_grad():
        kept = vgg(content[None], settings.content_layers)
        targets = {layer: _positions(found) for layer, found in vgg(style[None], settings.style_layers).items()}
    layers = tuple(dict.fromkeys((*settings.content_layers, *settings.style_layers)))
    pixels = content[None].clone(memory_format=torch.contiguous_format).requires_grad_(True)
    optimizer = torch.optim.Adam([pixels], lr=settings.learning_rate)
    for _ in range(settings.steps):
        optimizer.zero_grad()
        features = vgg(pixels, layers)
        loss = pixels.new_zeros(())
        for layer, target in kept.items():
            difference = functional.mse_loss(features[layer], target) / _mean_square(target)
            loss = loss + settings.content_weight / len(kept) * difference
        for layer, target in targets.items():
            number = settings.directions or target.shape[0]
            directions = random_directions(number, target.shape[0], generator).to(target)
            distance = sliced_wasserstein(_positions(features[layer]), target, directions) / _mean_square(target)
            loss = loss + settings.style_weight / len(targets) * distance
        torch.autograd.backward(loss)
        optimizer.step()
        with torch.no_grad():
            pixels.clamp_(0, 1)
    return pixels.detach()[0]


def sliced_wasserstein(features: Tensor, target: Tensor, directions: Tensor) -> Tensor:
    """Mean squared difference of sorted projections, the squared 2-Wasserstein distance along each direction.

    Args:
        features: C×N, differentiable.
        target: C×M; where M is not N, its sorted projections are interpolated.
        directions: D×C, of unit length.
    """
    projected = (directions @ features).sort(dim=1).values
    wanted = (directions @ target).sort(dim=1).values
    if wanted.shape != projected.shape:
        wanted = functional.interpolate(wanted[None], size=projected.shape[1], mode="linear", align_corners=True)[0]
    return functional.mse_loss(projected, wanted)


def random_directions(number: int, channels: int, generator: Generator) -> Tensor:
    """Directions uniform on the sphere, number × channels, of unit length."""
    return functional.normalize(torch.randn(number, channels, generator=generator), dim=1)


def _positions(features: Tensor) -> Tensor:
    return features[0].flatten(1)


def _mean_square(features: Tensor) -> Tensor:
    return features.square().mean().clamp_min(1e-12)
