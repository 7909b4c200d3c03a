"""A sum over many pictures whose gradient is taken batch by batch: the activations of one batch exist at a time.

The activations of many crops at once do not fit the processor's caches, and so much memory is given back to the system
and asked for again at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import torch

from benchmark.models.float32 import in_float32

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

_BATCH: Final = 16
"""Pictures that a processor takes at a time."""


def batch_size(images: Tensor) -> int:
    """Returns how many of the images to compute at a time: all on an accelerator, 16 on a processor."""
    return max(1, len(images)) if images.device.type != "cpu" else _BATCH


def sum_over_batches(function: Callable[[Tensor, slice], Tensor], images: Tensor) -> Tensor:
    """Sums a function of batches of images; only the images get a gradient, already computed when this returns.

    Args:
        function: Computes a number from some of the images; the slice says which they are.
        images: N×3×H×W, at least one.

    Returns:
        A single number, differentiable once with respect to the images.
    """
    return cast("Tensor", _BatchedSum.apply(images, function))


class _BatchedSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, function: Callable[[Tensor, slice], Tensor]) -> Tensor:
        size = batch_size(images)
        values: list[Tensor] = []
        gradients: list[Tensor] = []
        for start in range(0, len(images), size):
            rows = slice(start, start + size)
            if not ctx.needs_input_grad[0]:
                values.append(function(images[rows], rows))
                continue
            with torch.enable_grad():
                part = images[rows].detach().requires_grad_()
                value = function(part, rows)
            values.append(value.detach())
            # Gradients have the types of the forward pass, which automatic casting would lower again.
            gradients += in_float32(torch.autograd.grad)(value, part)
        if gradients:
            ctx.save_for_backward(torch.cat(gradients))
        return torch.stack(values).sum()

    @staticmethod
    def backward(ctx: Any, *outer: Any) -> tuple[Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return outer[0] * gradient, None
