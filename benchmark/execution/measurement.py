"""Measures the time and the memory of one call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import psutil
import torch

T = TypeVar("T")
_SAMPLING_SECONDS = 0.005


@dataclass(frozen=True)
class Measured(Generic[T]):
    """What a call returned and what it cost.

    Attributes:
        value: What it returned.
        seconds: Wall-clock time.
        peak_memory_bytes: On CUDA, the most memory that tensors took on the device; on a CPU, the most memory that the
            process had resident. Both include the loaded networks: a control shows the floor.
    """

    value: T
    seconds: float
    peak_memory_bytes: int


def measure(call: Callable[[], T], device: torch.device) -> Measured[T]:
    """Calls a function and measures it.

    Args:
        call: The function.
        device: Where it computes. Only CUDA is synchronised, since only CUDA runs ahead of Python.
    """
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        start = time.perf_counter()
        value = call()
        torch.cuda.synchronize(device)
        seconds = time.perf_counter() - start
        return Measured(value, seconds, torch.cuda.max_memory_allocated(device))
    with ResidentPeak() as peak:
        start = time.perf_counter()
        value = call()
        seconds = time.perf_counter() - start
    return Measured(value, seconds, peak.bytes)


class ResidentPeak:
    """Finds the most memory that the process had resident within a ``with`` block.

    Linux keeps a high-water mark that can be reset; elsewhere a thread looks every few milliseconds.
    """

    bytes: int = 0

    def __enter__(self) -> Self:
        self._process = psutil.Process()
        self._stop = threading.Event()
        self._sampler: threading.Thread | None = None
        if not _reset_high_water_mark():
            self._sampler = threading.Thread(target=self._sample, daemon=True)
            self._sampler.start()
        return self

    def _sample(self) -> None:
        while not self._stop.wait(_SAMPLING_SECONDS):
            self.bytes = max(self.bytes, self._process.memory_info().rss)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._sampler:
            self._stop.set()
            self._sampler.join()
            self.bytes = max(self.bytes, self._process.memory_info().rss)
        else:
            self.bytes = _high_water_mark()


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
