"""The work of a call in floating-point operations, and how fast this machine does them at best."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

_MATRIX_SIDE = 2048
_CHANNELS = 256
_SIDE = 64


@dataclass(frozen=True)
class MachineRates:
    """The most operations a second that this machine was seen to do in float32.

    Attributes:
        product: Of a product of two matrices of 2048 × 2048.
        convolution: Of a 3×3 convolution of VGG-19's third block at 256 px, in the faster memory format.
    """

    product: float
    convolution: float


def count_flops(call: Callable[[], object]) -> int:
    """Counts the operations of a call's products, convolutions and attention, backward passes included.

    A multiplication and an addition are two. What is done element by element is not counted.
    """
    with FlopCounterMode(display=False) as counter:
        call()
    return int(counter.get_total_flops())


@torch.no_grad()
def measure_rates(repetitions: int) -> MachineRates:
    """Measures how fast the machine is with the threads of this process; the fastest of some repetitions counts.

    Args:
        repetitions: How many.
    """
    first, second = torch.rand(2, _MATRIX_SIDE, _MATRIX_SIDE).unbind()
    image = torch.rand(1, _CHANNELS, _SIDE, _SIDE)
    kernel = torch.rand(_CHANNELS, _CHANNELS, 3, 3) / _CHANNELS
    laid_out = [
        (image.contiguous(memory_format=layout), kernel.contiguous(memory_format=layout))
        for layout in (torch.contiguous_format, torch.channels_last)
    ]
    return MachineRates(
        product=_rate(lambda: first @ second, repetitions),
        convolution=max(_rate(lambda pair=pair: conv2d(*pair, padding=1), repetitions) for pair in laid_out),
    )


def _rate(call: Callable[[], object], repetitions: int) -> float:
    flops = count_flops(call)
    return max(flops / _seconds(call) for _ in range(repetitions))


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
