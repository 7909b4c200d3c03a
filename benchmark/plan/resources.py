"""With how much of a machine a run is executed: nothing here changes a score except the number of threads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExecutorKind(StrEnum):
    """What executes the units of a run."""

    LOCAL = "local"
    """Worker processes of this machine."""
    RAY = "ray"
    """Workers on a Ray cluster."""


@dataclass(frozen=True)
class Resources:
    """What a run may take.

    Attributes:
        executor: What executes it.
        workers: Number of worker processes, or 0 for one per device.
        threads: Threads of each worker, or 0 for those of the start that is continued, else one per core. The
            order of floating-point additions depends on it, and with it the last bits of images and scores; therefore
            it is the same for any number of workers.
        timeout: Seconds that one step of a unit may take: to prepare its method, to warm it up, to stylize, to score
            with one metric. ``None`` for no limit.
        memory_bytes: Memory that a worker and the processes that it starts may have resident, or ``None`` for no limit.
        address: Address of the Ray cluster, or an empty string for one that is started on this machine and ended again.
    """

    executor: ExecutorKind = ExecutorKind.LOCAL
    workers: int = 0
    threads: int = 0
    timeout: float | None = None
    memory_bytes: int | None = None
    address: str = ""
