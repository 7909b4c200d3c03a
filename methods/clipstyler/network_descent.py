"""Updates of a network's parameters, by Adam as in the paper or by Muon, which needs fewer of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import optim

from benchmark.models.float32 import in_float32
from methods.clipstyler.settings import NetworkOptimizer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor, nn
    from torch.optim import Optimizer

    from methods.clipstyler.settings import CLIPstylerSettings

_BIAS_SHARE: Final = 0.3
"""Learning rate of the biases as a share of the matrices', with Muon."""
_COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
_ITERATIONS: Final = 5
_TINY: Final = 1e-7


class NetworkDescent:
    """Changes a network's parameters along their gradients.

    By Muon convolutions are changed; the rest, the biases, is left to Adam, at 0.3 of its learning rate.

    Args:
        network: The network, all of whose parameters are changed.
        settings: The optimizer, its learning rate and momentum.
    """

    def __init__(self, network: nn.Module, settings: CLIPstylerSettings) -> None:
        parameters = list(network.parameters())
        rate = settings.learning_rate
        self._optimizers: list[tuple[Optimizer, float]] = []
        if settings.optimizer is NetworkOptimizer.ADAM:
            self._optimizers.append((optim.Adam(parameters, lr=rate), rate))
            return
        convolutions = [parameter for parameter in parameters if parameter.ndim > 1]
        self._optimizers.append((Muon(convolutions, rate, settings.momentum), rate))
        if biases := [parameter for parameter in parameters if parameter.ndim <= 1]:
            self._optimizers.append((optim.Adam(biases, lr=_BIAS_SHARE * rate), _BIAS_SHARE * rate))

    def step(self, factor: float) -> None:
        """Updates the parameters by their gradients, and forgets these.

        Args:
            factor: Factor of the learning rate.
        """
        for optimizer, rate in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            optimizer.step()
            optimizer.zero_grad()


class Muon(optim.Optimizer):
    """Muon of Jordan et al. (2024), without weight decay: all singular values of an update are about alike.

    Of a gradient g, and a mean m of the gradients so far that starts at 0, a parameter w with O outputs, taken as a
    matrix of O × I::

        m <- momentum * m + (1 - momentum) * g
        w <- w - rate * sqrt(max(1, O / I)) * orthogonal((1 - momentum) * g + momentum * m)

    PyTorch's own does the same (`tests/methods/test_clipstyler.py`), in bfloat16, which many processors compute slowly
    and each in another way, and for parameters of two dimensions only.

    Args:
        parameters: Weights of two dimensions or more, the outputs first.
        rate: Learning rate.
        momentum: At least 0 and below 1.
    """

    def __init__(self, parameters: Iterable[Tensor], rate: float, momentum: float) -> None:
        super().__init__(parameters, {"lr": rate, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Updates the parameters that have a gradient."""
        del closure
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                gradient = weight.grad.flatten(1)
                state = self.state[weight]
                mean = state.setdefault("mean", torch.zeros_like(gradient))
                mean.lerp_(gradient, 1 - group["momentum"])
                update = orthogonal(gradient.lerp(mean, group["momentum"]))
                scale = max(1, len(update) / update.shape[1]) ** 0.5
                weight.sub_(update.view_as(weight), alpha=group["lr"] * scale)


# Products of eight bits would move all singular values.
@in_float32
def orthogonal(matrix: Tensor) -> Tensor:
    """Brings the singular values of a matrix near 1, between about 0.7 and 1.2, by five Newton-Schulz iterations.

    X <- a X + (b XXᵀ + c (XXᵀ)²) X from the matrix divided by its Frobenius norm, with Jordan's coefficients.

    Args:
        matrix: O×I numbers.
    """
    a, b, c = _COEFFICIENTS
    is_tall = len(matrix) > matrix.shape[1]
    found = matrix.T if is_tall else matrix
    found = found / found.norm().clamp_min(_TINY)
    for _ in range(_ITERATIONS):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=b, alpha=c), found, beta=a)
    return found.T if is_tall else found
