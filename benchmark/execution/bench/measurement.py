"""Measures the time and the memory of one call."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import psutil
import torch

from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.processor_time import children_seconds, own_seconds

T = TypeVar("T")
_SAMPLING_SECONDS = 0.005


@dataclass(frozen=True)
class Measured(Generic[T]):
    """The result of a call, and its costs.

    Attributes:
        value: The result.
        seconds: Wall-clock time.
        cpu_seconds: Processor time: of all threads of this process, and of the processes that it started.
        disturbed: Whether other processes took cores that the call could have used, or ``None`` where that is unknown.
            On CUDA this concerns the one core that Python needs; other programs on the device are not seen.
        peak_memory_bytes: Peak memory of the call beyond the memory in use before it: of tensors on a CUDA device,
            resident on a CPU. Networks loaded before, and memory that earlier calls left, do not count, so that the
            order of calls does not matter. ``None`` where it is unknown.
        note: What there is to say of the result, in a few words; empty for nothing.
    """

    value: T
    seconds: float
    cpu_seconds: float
    disturbed: bool | None
    peak_memory_bytes: int | None
    note: str = ""


def measure(call: Callable[[], T], device: torch.device, load: MachineLoad | None = None) -> Measured[T]:
    """Calls a function and measures it.

    Args:
        call: The function.
        device: Device of the call. Only CUDA is synchronised, since only CUDA runs ahead of Python.
        load: Observer of the machine, preferably for some time before a short call; by default from now on.
    """
    load = load or MachineLoad()
    begin = load.read()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        with _Stopwatch() as watch:
            value = call()
            torch.cuda.synchronize(device)
        memory = torch.cuda.max_memory_allocated(device) - before
    else:
        with ResidentGrowth() as growth, _Stopwatch() as watch:
            value = call()
        memory = growth.bytes
    threads = torch.get_num_threads() if device.type == "cpu" else 1
    return Measured(value, watch.seconds, watch.cpu_seconds, load.is_disturbed(begin, threads), memory)


class _Stopwatch:
    """Takes the elapsed and the processor time of a ``with`` block."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __enter__(self) -> Self:
        self._children = children_seconds()
        # The finest measurement is innermost.
        self._own, self._start = own_seconds(), time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start
        own = own_seconds() - self._own
        self.cpu_seconds = own + max(0.0, children_seconds() - self._children)


class ResidentGrowth:
    """Finds by how much the resident memory of the process grew, at most, within a ``with`` block.

    Linux keeps a high-water mark that can be reset; elsewhere a thread looks every few milliseconds.
    """

    bytes: int = 0

    def __enter__(self) -> Self:
        _return_freed_memory()
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._sampler: threading.Thread | None = None
        self._before = self._process.memory_info().rss
        self._peak = self._before
        if not _reset_high_water_mark():
            self._sampler = threading.Thread(target=self._sample, daemon=True)
            self._sampler.start()
        return self

    def _sample(self) -> None:
        while not self._stop.wait(_SAMPLING_SECONDS):
            self._peak = max(self._peak, self._process.memory_info().rss)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._sampler:
            self._stop.set()
            self._sampler.join()
            self._peak = max(self._peak, self._process.memory_info().rss)
        else:
            self._peak = _high_water_mark()
        self.bytes = max(0, self._peak - self._before)


def _return_freed_memory() -> None:
    """Returns freed memory to the system (with glibc only), so that its reuse by the block is measured."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _reset_high_water_mark() -> bool:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return _high_water_mark() > 0


def _high_water_mark() -> int:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
