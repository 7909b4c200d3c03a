"""L-BFGS: descent by a curvature that is known from the last steps only."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import Tensor

_SMALLEST_CURVATURE: Final = 1e-10
"""A step along which the gradient changes by less, as product of both, says nothing of the curvature."""


class Curvature:
    """The inverse of a loss's second derivatives, as far as its last steps tell: the two-loop recursion of L-BFGS.

    Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989. With steps s_i and changes
    y_i of the gradient, the inverse is the identity times the newest ``s y / y y``, corrected by each pair. It is what
    ``torch.optim.LBFGS`` computes.

    Args:
        scale: What is known of the factor of the identity before the first step.
        memory: Number of steps that are remembered.

    Attributes:
        scale: Factor of the identity: how far a variable moves for a unit of its gradient where no step tells; none
            as long as nothing is known.
    """

    def __init__(self, scale: float | None = None, memory: int = 100) -> None:
        self.scale = scale
        self._pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=memory)

    def add(self, step: Tensor, change: Tensor) -> None:
        """Learns from a step, N, by which the gradient changed, N; what is not convex along it is left out."""
        product = float(change.dot(step))
        if product > _SMALLEST_CURVATURE:
            self._pairs.append((step, change, 1 / product))
            self.scale = product / float(change.dot(change))

    def descent(self, gradient: Tensor) -> Tensor:
        """Returns the step, N, to where the gradient, N, would vanish if the curvature were the one remembered."""
        direction = -gradient
        shares = []
        for step, change, inverse in reversed(self._pairs):
            share = inverse * float(step.dot(direction))
            direction.add_(change, alpha=-share)
            shares.append(share)
        direction.mul_(1.0 if self.scale is None else self.scale)
        for (step, change, inverse), share in zip(self._pairs, reversed(shares), strict=True):
            direction.add_(step, alpha=share - inverse * float(change.dot(direction)))
        return direction
