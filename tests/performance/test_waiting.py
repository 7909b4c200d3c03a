"""Gain of passive waiting: the same work with PyTorch's default waiting and with passive waiting, in pairs.

The work is that of a method that descends: forward and backward passes of small convolutions, hundreds of times a
second, after each of which threads wait for each other. Needs two cores, and to be believed a machine that nobody else
uses: ``python -m pytest tests/performance/test_waiting.py --benchmark-only -s`` prints the ratios.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

import pytest

PAIRS = 9
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SPIN = "while True: pass"
WORK = """
import os, sys, time
if sys.argv[1] == "passive":
    from benchmark.execution.workers.waiting import wait_passively
    wait_passively()
import torch
from torch.nn.functional import conv2d

torch.set_num_threads(int(sys.argv[2]))
generator = torch.Generator().manual_seed(0)
kernels = [torch.randn(16, channels, 3, 3, generator=generator) / 12 for channels in (3, 16, 16)]
target = torch.rand(16, 16, generator=generator)

def descend(steps):
    image = torch.full((1, 3, 64, 64), 0.5, requires_grad=True)
    for _ in range(steps):
        features = image
        for kernel in kernels:
            features = conv2d(features, kernel, padding=1).relu()
        flat = features.flatten(2)[0]
        loss = ((flat @ flat.T / flat.shape[1] - target) ** 2).sum()
        image.grad = None
        loss.backward()
        with torch.no_grad():
            image -= 0.01 * image.grad

descend(20)
print("ready", flush=True)
for _ in sys.stdin:
    start, processor = time.perf_counter(), time.process_time()
    descend(150)
    print(time.perf_counter() - start, time.process_time() - processor, flush=True)
"""
VARIABLES = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY")


class Worker:
    """A process that does the work when it is asked to."""

    def __init__(self, kept: contextlib.ExitStack, waiting: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        command = [sys.executable, "-c", WORK, waiting, str(CORES)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = kept.enter_context(subprocess.Popen(command, env=environment, text=True, bufsize=1, **pipes))
        kept.callback(self._process.kill)
        assert self._process.stdout.readline() == "ready\n"

    def work(self) -> tuple[float, float]:
        """Does it once, and returns elapsed and processor seconds."""
        self._process.stdin.write("\n")
        elapsed, processor = map(float, self._process.stdout.readline().split())
        return elapsed, processor


@contextlib.contextmanager
def busy(number: int) -> Iterator[None]:
    processes = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.skipif(CORES < 2, reason="a single thread waits for nobody")
@pytest.mark.timeout(3600)
@pytest.mark.benchmark(group="waiting: default against passive")
@pytest.mark.parametrize("others", [0, 2], ids=["alone", "beside two busy processes"])
def test_default_against_passive(benchmark, others):
    with contextlib.ExitStack() as kept:
        default, passive = Worker(kept, "default"), Worker(kept, "passive")
        kept.enter_context(busy(others))
        ratios: dict[str, list[float]] = {"elapsed": [], "processor": []}

        def pair() -> None:
            # Whoever comes first alternates, so that a drift of the machine favours neither.
            first, second = (default, passive) if len(ratios["elapsed"]) % 2 else (passive, default)
            results = {id(first): first.work(), id(second): second.work()}
            by_default, passively = results[id(default)], results[id(passive)]
            ratios["elapsed"].append(by_default[0] / passively[0])
            ratios["processor"].append(by_default[1] / passively[1])

        benchmark.pedantic(pair, rounds=PAIRS)
    for name, found in ratios.items():
        text = f"{statistics.median(found):.3f} ({min(found):.3f} to {max(found):.3f})"
        benchmark.extra_info[f"{name}, default : passive"] = text
        print(f"\n{others} busy processes beside: {name} time, default : passive {text}, {PAIRS} pairs")
