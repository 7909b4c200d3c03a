"""The machine that figures were measured on, and whether others used it meanwhile."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from benchmark.execution.bench.machine_load import Reading, find_processors


@dataclass(frozen=True)
class Machine:
    """Facts about a machine.

    Attributes:
        processor: Its name.
        cores: Those that this process may use.
        threads: Threads of PyTorch.
        memory_bytes: Its memory.
        instructions: The widest vector instructions that PyTorch uses.
        python: Version of Python.
        torch: Version of PyTorch.
        load: Mean number of processes that ran or waited in the last minute before.
    """

    processor: str
    cores: int
    threads: int
    memory_bytes: int
    instructions: str
    python: str
    torch: str
    load: float


def describe_machine() -> Machine:
    """Reads the facts of this machine."""
    return Machine(
        processor=_processor(),
        cores=round(min(one.cores for one in find_processors())),
        threads=torch.get_num_threads(),
        memory_bytes=psutil.virtual_memory().total,
        instructions=torch.backends.cpu.get_cpu_capability(),
        python=platform.python_version(),
        torch=torch.__version__,
        load=psutil.getloadavg()[0],
    )


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def others_between(begin: Reading, end: Reading) -> float | None:
    """Returns what share of this machine's cores others took between two readings of its load; see `others_share`."""
    return others_share(begin, end, [one.cores for one in find_processors()])


def others_share(begin: Reading, end: Reading, cores: Sequence[float]) -> float | None:
    """Computes what share of the cores others took between two readings, the largest where several counters are kept.

    Args:
        begin: The earlier reading.
        end: The later one.
        cores: The number of cores that each of the readings' counters is of.

    Returns:
        The share, or ``None`` where the system does not tell.
    """
    own = end.own_seconds - begin.own_seconds
    elapsed = end.moment - begin.moment
    shares = []
    for before, after, number in zip(begin.busy_seconds, end.busy_seconds, cores, strict=True):
        # Some sandboxes report cores that are never busy.
        if after - before >= own / 2 and elapsed > 0:
            shares.append(max(0.0, after - before - own) / (elapsed * number))
    return max(shares) if shares else None
