"""Inversion: finds the latent codes whose picture comes closest to a content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from styleclip.schedule import learning_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.models.vgg import VGG
    from torch import Tensor

    from styleclip.generator import Generator
    from styleclip.settings import StyleCLIPSettings


@dataclass(frozen=True)
class Inversion:
    """What an inversion found.

    Attributes:
        codes: 1×K×L latent codes.
        distance: Feature distance between their picture and the content.
    """

    codes: Tensor
    distance: float


def invert(
    generator: Generator, mean_code: Tensor, vgg: VGG, content: Tensor, settings: StyleCLIPSettings
) -> Inversion:
    """Descends pixel difference and feature distance to a content, from the mean code in every layer.

    Args:
        generator: Makes the pictures, of side S.
        mean_code: Mean latent code, of length L.
        vgg: The network whose features are compared.
        content: 3×S×S in [0, 1].
        settings: Steps, weights, layers, and the side at which pictures are compared.
    """
    side = min(settings.inversion_side, generator.shape.side)
    target = functional.adaptive_avg_pool2d(content[None], side)
    features = FeatureDistance(vgg, settings.inversion_layers, target)

    def compared(codes: Tensor) -> Tensor:
        return functional.adaptive_avg_pool2d((generator(codes) + 1) / 2, side)

    codes = mean_code.expand(1, generator.shape.codes, -1).clone().requires_grad_(True)
    optimizer = torch.optim.Adam([codes], lr=settings.inversion_learning_rate)
    for step in range(settings.inversion_steps):
        optimizer.param_groups[0]["lr"] = learning_rate(
            step, settings.inversion_steps, settings.inversion_learning_rate
        )
        optimizer.zero_grad()
        picture = compared(codes)
        pixels = functional.mse_loss(picture, target)
        loss = settings.inversion_pixel_weight * pixels + settings.inversion_feature_weight * features(picture)
        torch.autograd.backward(loss)
        optimizer.step()
    codes = codes.detach()
    with torch.no_grad():
        return Inversion(codes, features(compared(codes)).item())


class FeatureDistance:
    """Mean over layers of |F(x) - F(target)|^2 / |F(target)|^2, F the features of VGG-19.

    0 for the same picture; 1 if x had no features at all; around 2 for features of the same size that have nothing to
    do with each other. It does not depend on the scale of the network's weights.

    Args:
        vgg: The network.
        layers: The layers.
        target: N×3×H×W in [0, 1].
    """

    def __init__(self, vgg: VGG, layers: Sequence[str], target: Tensor) -> None:
        self._vgg, self._layers = vgg, tuple(layers)
        with torch.no_grad():
            self._target = vgg(target, self._layers)

    def __call__(self, pictures: Tensor) -> Tensor:
        """Returns the distance of pictures of the target's shape."""
        found = self._vgg(pictures, self._layers)
        distances = [
            (found[layer] - target).square().mean() / target.square().mean().clamp_min(1e-12)
            for layer, target in self._target.items()
        ]
        return torch.stack(distances).mean()
