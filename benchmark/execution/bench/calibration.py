"""A small fixed workload that measures a machine's speed, so that durations of different machines can be compared."""

from __future__ import annotations

import statistics

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.measurement import measure
from benchmark.store.records import Calibration

VERSION = "1"
"""Changes whenever the workload does."""
_REPETITIONS = 5
_CONVOLUTIONS = 6
_CHANNELS = 32
_SIDE = 128


def calibrate(device: torch.device, load: MachineLoad | None = None) -> Calibration:
    """Measures the workload: 3×3 convolutions with a rectifier, on which most networks spend their time.

    It is run once to warm up and then five times; the median counts. No random number is drawn.

    Args:
        device: Device of the run.
        load: Observer of the machine, preferably for some time already; by default from now on.
    """
    load = load or MachineLoad()
    image = torch.linspace(-1, 1, _CHANNELS * _SIDE * _SIDE, device=device).reshape(1, _CHANNELS, _SIDE, _SIDE)
    kernel = torch.linspace(-1, 1, _CHANNELS * _CHANNELS * 9, device=device).reshape(_CHANNELS, _CHANNELS, 3, 3) / 50
    _work(image, kernel)
    measured = [measure(lambda: _work(image, kernel), device, load) for _ in range(_REPETITIONS)]
    verdicts = [one.disturbed for one in measured]
    # Where single repetitions are short, the last is judged by the load during all of them.
    disturbed = True if any(verdicts) else verdicts[-1]
    return Calibration(VERSION, round(statistics.median(one.seconds for one in measured), 6), disturbed)


def _work(image: Tensor, kernel: Tensor) -> Tensor:
    with torch.no_grad():
        for _ in range(_CONVOLUTIONS):
            image = conv2d(image, kernel, padding=1).relu()
    return image
