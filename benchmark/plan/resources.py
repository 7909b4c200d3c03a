"""Resources of a run: of these, only the number of threads can change a score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExecutorKind(StrEnum):
    """Kind of executor of the units of a run."""

    LOCAL = "local"
    """Worker processes of this machine."""
    RAY = "ray"
    """Workers on a Ray cluster."""


@dataclass(frozen=True)
class Resources:
    """Resources that a run may take.

    Attributes:
        executor: Kind of executor.
        workers: Number of worker processes, or 0 for one per device.
        threads: Threads of each worker, or 0 for as many as the run had when it was started, and one per core in a new
            run. The order of floating-point additions depends on it, and so do the last bits of images and scores;
            therefore it is the same for any number of workers.
        timeout: Seconds that one step of a unit may take: to prepare its method, to warm it up, to stylize, to score
            with one metric. ``None`` for no limit.
        memory_bytes: Resident memory that a worker and its child processes may have, or ``None`` for no limit.
        address: Address of the Ray cluster, or an empty string for one that is started on this machine and ended again.
    """

    executor: ExecutorKind = ExecutorKind.LOCAL
    workers: int = 0
    threads: int = 0
    timeout: float | None = None
    memory_bytes: int | None = None
    address: str = ""
