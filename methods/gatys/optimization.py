"""The loss of Gatys et al. 2016 and its descent by L-BFGS."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from benchmark.models.feature_statistics import gram_matrix
from benchmark.models.vgg import CHANNELS_PER_BLOCK, Pooling
from methods.shared.image_geometry import resize, resize_shorter_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from benchmark.models.vgg import VGG
    from methods.gatys.settings import GatysSettings

_FIRST_STEP: Final = 1e-4 / 255
"""Mean change of the pixels, in [0, 1], by the first step of a descent: a ten-thousandth of a grey level.

Torch makes the first step of L-BFGS, along the gradient, so long that all changes sum to 1. On pixels in 0–255 that
is less the larger the picture is: at 1024 px most changes are below the resolution of float32, so that the picture and
its loss stay as they are, and the curvature that the next steps build on is one of rounding. Longer first steps are
felt, too, but overshoot: from a thousandth of a grey level on, some descents end in an infinite loss, because the
curvature along a long first step says little of that at the start.
"""


class GatysLoss:
    """Distance of an image from a content's features and a style's Gram matrices.

    Args:
        vgg: The network, its features on the original network's scale, to which the weights belong.
        settings: Layers, weights and pooling.
        content: N×3×H×W in [0, 1].
        style: N×3×H'×W' in [0, 1].
    """

    def __init__(self, vgg: VGG, settings: GatysSettings, content: Tensor, style: Tensor) -> None:
        self._vgg = vgg
        self._settings = settings
        self._pooling = Pooling.AVERAGE if settings.average_pooling else Pooling.MAX
        with torch.no_grad():
            self._content = self._features(content, settings.content_layers)
            style_features = self._features(style, settings.style_layers)
            self._grams = {layer: gram_matrix(features) for layer, features in style_features.items()}

    def __call__(self, images: Tensor) -> Tensor:
        """Computes the weighted loss of images, N×3×H×W in [0, 1]."""
        settings = self._settings
        features = self._features(images, (*settings.content_layers, *settings.style_layers))
        loss = images.new_zeros(())
        for layer, target in self._content.items():
            loss = loss + settings.content_weight * functional.mse_loss(features[layer], target)
        for layer, gram in self._grams.items():
            weight = settings.style_weight / CHANNELS_PER_BLOCK[int(layer[4]) - 1] ** 2
            loss = loss + weight * functional.mse_loss(gram_matrix(features[layer]), gram)
        return loss

    def _features(self, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        features: dict[str, Tensor] = self._vgg(images, tuple(dict.fromkeys(layers)), pooling=self._pooling)
        return features


def descend(loss: Callable[[Tensor], Tensor], start: Tensor, steps: int, learning_rate: float) -> Tensor:
    """Minimises a loss over pixels by L-BFGS, without a line search and without a criterion that stops it.

    Args:
        loss: Function of an image, 1×3×H×W, that is minimised.
        start: The image to start from, 1×3×H×W in [0, 1].
        steps: Evaluations of loss and gradient; an update follows each.
        learning_rate: Length of a step.

    Returns:
        1×3×H×W, not clamped.

    Raises:
        FloatingPointError: If the loss is not a finite number.
    """
    # The variables are changes of the pixels, so that small ones are not lost beside the pixels' own values, in a unit
    # that makes torch's first step the one wanted; no other step depends on the unit.
    unit = _FIRST_STEP * start.numel()
    # L-BFGS flattens the gradient in place and takes no other memory layout.
    change = torch.zeros_like(start, memory_format=torch.contiguous_format).requires_grad_(True)
    # The steps of L-BFGS are taken one by one: each evaluates exactly once, and none ends the descent. With torch's
    # tolerances a change of the loss below 1e-9, which float32 rounds to 0, ended it at large sizes before it began.
    optimizer = torch.optim.LBFGS([change], lr=learning_rate, max_iter=1, tolerance_grad=0.0, tolerance_change=0.0)

    def evaluate() -> float:
        optimizer.zero_grad()
        value = loss(start + unit * change)
        torch.autograd.backward(value)
        number = value.item()
        if not math.isfinite(number):
            raise FloatingPointError(f"the loss became {number}: the images, weights or learning_rate are too large")
        return number

    for _ in range(steps):
        optimizer.step(evaluate)  # type: ignore[no-untyped-call]
    return start + unit * change.detach()


def optimize_coarse_to_fine(vgg: VGG, settings: GatysSettings, content: Tensor, style: Tensor) -> Tensor:
    """Runs the coarse passes of the settings, then the one at the content's size.

    Args:
        vgg: The network.
        settings: Sizes, steps and weights.
        content: 3×H×W in [0, 1].
        style: 3×H'×W' in [0, 1].

    Returns:
        3×H×W in [0, 1].
    """
    own_size = min(content.shape[-2:])
    sizes = [min(size, own_size) for size in settings.coarse_sizes] + [own_size]
    image = content
    for size, steps in zip(sizes, (*settings.coarse_steps, settings.steps), strict=True):
        target = resize_shorter_side(content, size)
        loss = GatysLoss(vgg, settings, target[None], resize_shorter_side(style, size)[None])
        image = descend(loss, resize(image, *target.shape[-2:])[None], steps, settings.learning_rate)[0]
    return image.clamp(0, 1)
