"""The loss of Gatys et al. 2016 and its descent by L-BFGS."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from benchmark.models.feature_statistics import gram_matrix
from benchmark.models.float32 import in_float32
from benchmark.models.vgg import CHANNELS_PER_BLOCK, Pooling
from methods.gatys.quasi_newton import Curvature
from methods.gatys.settings import FIRST_STEP, GatysSettings
from methods.shared.color_preservation import match_color
from methods.shared.image_geometry import add_margin, remove_margin, resize, resize_shorter_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from benchmark.models.vgg import VGG


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
            loss = loss + weight * _GramDistance.apply(features[layer], gram)
        return loss

    def _features(self, images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        features: dict[str, Tensor] = self._vgg(images, tuple(dict.fromkeys(layers)), pooling=self._pooling)
        return features


class _GramDistance(torch.autograd.Function):
    """Mean squared difference of the Gram matrices of features, N×C×H×W, from a given one, 1×C×C.

    Written out because automatic differentiation multiplies by the C×C differences twice, once for each factor of the
    Gram matrix, where one product doubled is the same, and because its product is in another memory layout than the
    network's gradients, to which it is then added slowly. In float32 always: near the target a Gram matrix differs from
    it by less than bfloat16 can tell, and L-BFGS builds its steps on the differences of gradients.
    """

    @staticmethod
    @in_float32
    def forward(context: Any, features: Tensor, gram: Tensor) -> Tensor:
        difference = gram_matrix(features) - gram
        context.save_for_backward(features, difference)
        return difference.square().mean()

    @staticmethod
    @in_float32
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        features, difference = context.saved_tensors
        flat = features.flatten(2)
        product = (flat.transpose(1, 2) @ difference).mul_(gradient * 4 / (flat.shape[2] * difference.numel()))
        return product.transpose(1, 2).view_as(features), None


def descend(
    loss: Callable[[Tensor], Tensor],
    start: Tensor,
    steps: int,
    learning_rate: float,
    curvature: Curvature | None = None,
    *,
    first_step: float = FIRST_STEP,
    backtracking: bool = False,
    in_range: bool = False,
) -> Tensor:
    """Minimises a loss over pixels by L-BFGS, without a line search and without a criterion that stops it.

    With ``in_range`` it is the projected quasi-Newton method of Bertsekas, "Projected Newton methods for optimization
    problems with simple constraints", 1982: every image is clipped to [0, 1], the curvature learns from the clipped
    step, and a pixel at an end whose gradient leads outwards stays where it is and has no part in the direction.

    Args:
        loss: Function of an image, 1×3×H×W, that is minimised.
        start: The image to start from, 1×3×H×W in [0, 1].
        steps: Evaluations of loss and gradient; an update follows each.
        learning_rate: Length of a step.
        curvature: What is known of the loss, to which this descent adds what it learns. Where nothing is known, the
            first step is a fixed one along the gradient.
        first_step: Mean change of the pixels by that step in grey levels.
        backtracking: Whether an update that raises the loss is taken back and tried again at a quarter of its length;
            not the last one, after which nothing is evaluated.
        in_range: Whether every image that is evaluated, and the one returned, is within [0, 1].

    Returns:
        1×3×H×W, not clamped unless ``in_range``.

    Raises:
        FloatingPointError: If the loss is not a finite number; with backtracking, if it is not one at the start.
    """
    curvature = curvature or Curvature()
    bounds = _Bounds(start) if in_range else None
    # What changes is kept apart from the start, so that small changes are not lost beside the pixels' own values.
    here = torch.zeros_like(start, memory_format=torch.contiguous_format)
    here = bounds.clip(here) if bounds else here

    def next_step() -> Tensor:
        free = bounds.free(here, gradient) if bounds else None
        slope = gradient if free is None else gradient * free
        known = curvature.scale is not None
        step = learning_rate * (curvature.descent(slope) if known else _first_step(slope, first_step))
        return step if free is None else step.mul_(free)

    def moved(step: Tensor) -> Tensor:
        there = here + step.view_as(here)
        return bounds.clip(there) if bounds else there

    value, gradient = _evaluate(loss, start, here)
    if not math.isfinite(value):
        raise _infinite(value)
    step = next_step()
    for _ in range(steps - 1):
        there = moved(step)
        new_value, new_gradient = _evaluate(loss, start, there)
        if backtracking and not new_value <= value:
            step = step / 4
            continue
        if not math.isfinite(new_value):
            raise _infinite(new_value)
        curvature.add((there - here).flatten() if bounds else step, new_gradient - gradient)
        here, value, gradient = there, new_value, new_gradient
        step = next_step()
    return start + moved(step)


class _Bounds:
    """The changes of an image that keep it within [0, 1].

    Args:
        start: The image, 1×3×H×W.
    """

    def __init__(self, start: Tensor) -> None:
        self._lowest, self._highest = -start, 1 - start

    def clip(self, change: Tensor) -> Tensor:
        """Returns the nearest change, 1×3×H×W, that keeps the image within its range."""
        return change.clamp(self._lowest, self._highest)

    def free(self, change: Tensor, gradient: Tensor) -> Tensor:
        """Returns 0 for pixels at an end of the range that a descent would take out of it, and 1 for others, flat."""
        change, lowest, highest = change.flatten(), self._lowest.flatten(), self._highest.flatten()
        held = ((change <= lowest) & (gradient > 0)) | ((change >= highest) & (gradient < 0))
        return (~held).to(gradient.dtype)


def _evaluate(loss: Callable[[Tensor], Tensor], start: Tensor, change: Tensor) -> tuple[float, Tensor]:
    """Computes a loss of the start and its change, and its gradient, flat."""
    variable = change.clone().requires_grad_(True)
    value = loss(start + variable)
    # Gradients have the types of the forward pass, which automatic casting would lower again.
    (gradient,) = in_float32(torch.autograd.grad)(value, variable)
    return value.item(), gradient.flatten()


def _infinite(value: float) -> FloatingPointError:
    return FloatingPointError(
        f"the loss became {value}: the images, weights, first_step or learning_rate are too large;"
        " backtracking may help"
    )


def _first_step(gradient: Tensor, length: float) -> Tensor:
    """Returns the step along a gradient by which pixels change by a number of grey levels in the mean, or less near 0.

    In a unit of the pixels in which torch's first step, whose changes sum to 1 at most, is the one wanted.
    """
    unit = length / 255 * gradient.numel()
    return -unit * gradient / max(float(gradient.abs().sum()), 1 / unit)


def optimize_coarse_to_fine(vgg: VGG, settings: GatysSettings, content: Tensor, style: Tensor) -> Tensor:
    """Runs the coarse passes of the settings, then the one at the content's size.

    Args:
        vgg: The network.
        settings: Sizes, steps, weights and start.
        content: 3×H×W in [0, 1].
        style: 3×H'×W' in [0, 1].

    Returns:
        3×H×W in [0, 1].
    """
    own_size = min(content.shape[-2:])
    sizes = [min(size, own_size) for size in settings.coarse_sizes] + [own_size]
    image = match_color(content, style).clamp(0, 1) if settings.style_colors else content
    wide, curvature = image, Curvature()
    for size, steps in zip(sizes, (*settings.coarse_steps, settings.steps), strict=True):
        target = resize_shorter_side(content, size)
        start = resize(image, *target.shape[-2:])
        margin = min(settings.margin, size - 1)
        wide_target = add_margin(target, margin)[None]
        loss = GatysLoss(vgg, settings, wide_target, resize_shorter_side(style, size)[None])
        curvature = Curvature(_scale_at(wide_target, wide, curvature) if settings.keep_scale else None)
        wide = descend(
            loss,
            add_margin(start, margin)[None],
            steps,
            settings.learning_rate,
            curvature,
            first_step=settings.first_step,
            backtracking=settings.backtracking,
            in_range=settings.in_range,
        )
        image = remove_margin(wide[0], margin)
    return image.clamp(0, 1)


def _scale_at(target: Tensor, image: Tensor, curvature: Curvature) -> float | None:
    """Returns what the curvature of an image's loss tells of the loss at a target's size, both with their margins.

    The loss is a mean over positions, so that its second derivatives by single pixels fall with their number.
    """
    return None if curvature.scale is None else curvature.scale * target.numel() / image.numel()
