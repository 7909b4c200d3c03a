"""Parts of a method that stay in float32 where the rest is computed in lower precision."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
_FLOAT32_BYTES = 4


def in_float32(function: Callable[P, T]) -> Callable[P, T]:
    """Makes a function compute in float32 inside ``torch.autocast``; outside it is the function itself.

    For what few digits spoil: differences of numbers that are almost equal, such as Gram matrices near their target,
    roots and inverses of covariances, and the choice of the largest of many numbers that are alike.

    Gradients that are taken inside of ``torch.autocast`` are lowered again, also those of such a function. Taken by
    ``in_float32(torch.autograd.grad)`` they have the types of the forward pass, as PyTorch advises.

    Args:
        function: A function with a tensor among its arguments. Those of lower precision are brought to float32; tensors
            inside of other arguments are not.
    """

    @functools.wraps(function)
    def computed(*arguments: P.args, **named: P.kwargs) -> T:
        given = (*arguments, *named.values())
        devices = {value.device.type for value in given if isinstance(value, Tensor)}
        lowered = [device for device in devices if torch.is_autocast_enabled(device)]
        if not lowered:
            return function(*arguments, **named)
        with ExitStack() as stack:
            for device in lowered:
                stack.enter_context(torch.autocast(device, enabled=False))
            widened: Any = function
            result: T = widened(*map(_widen, arguments), **{name: _widen(value) for name, value in named.items()})
            return result

    return computed


def at_least_float32(numbers: Tensor) -> Tensor:
    """Returns floating-point numbers in float32 where they are of lower precision; others as they are."""
    return numbers.float() if numbers.itemsize < _FLOAT32_BYTES else numbers


def _widen(value: object) -> object:
    return at_least_float32(value) if isinstance(value, Tensor) and value.is_floating_point() else value
