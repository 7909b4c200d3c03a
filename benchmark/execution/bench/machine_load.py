"""Load of the machine by other processes during a measurement, which can make its duration unreliable."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmark.execution.bench.processor_time import children_seconds, own_seconds, seconds_of

LARGEST_SHARE = 0.1
"""A duration is disturbed if others took more than this share of the cores that it could have used."""
_SHORTEST_WINDOW = 1.0
"""In seconds. The system counts processor time in hundredths of a second, too coarse for a shorter window."""
_SHORTEST_EVIDENCE = 0.1
"""Seconds below which nothing is said."""
_BUSY = ("user", "nice", "system", "irq", "softirq", "steal")
"""The system's names of times in which a core is busy; ``steal`` is the time of other virtual machines."""
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Processors:
    """Cores that processes share.

    Attributes:
        cores: Their number; of a container with a quota, the quota.
        busy_seconds: Reads the seconds for which they have been busy so far, all cores and all processes together.
    """

    cores: float
    busy_seconds: Callable[[], float]


@dataclass(frozen=True)
class Reading:
    """The counters at a moment.

    Attributes:
        moment: The moment, in seconds of the clock.
        busy_seconds: Seconds for which each of the processors had been busy.
        own_seconds: The measurement's own share of them: the processor time of this process, of those that it started,
            and of the process that it works for.
    """

    moment: float
    busy_seconds: tuple[float, ...]
    own_seconds: float


class MachineLoad:
    """Observes the load of the cores that this process may use by other processes.

    Those are all processes but this one, the ones that it started, and the one that sends it tasks. Other workers of
    the same run count as others.

    Args:
        processors: The cores, by default those that this process may use and, in a container, its quota.
        own: Reads the processor time of the measurement.
        clock: Reads the time, in seconds.
    """

    def __init__(
        self,
        processors: Sequence[Processors] | None = None,
        own: Callable[[], float] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._processors = find_processors() if processors is None else tuple(processors)
        self._own = own or _seconds_for_this_process
        self._clock = clock
        self._readings: deque[Reading] = deque()
        self.read()

    def read(self) -> Reading:
        """Takes a reading, which is remembered for as long as a short measurement may need it."""
        busy = tuple(one.busy_seconds() for one in self._processors)
        reading = Reading(self._clock(), busy, self._own())
        self._readings.append(reading)
        while len(self._readings) > 1 and reading.moment - self._readings[1].moment >= _SHORTEST_WINDOW:
            self._readings.popleft()
        return reading

    def is_disturbed(self, since: Reading, threads: int) -> bool | None:
        """Returns whether other processes disturbed the work since a reading.

        With N threads on C cores, others may keep C − N cores busy; the work is disturbed if they took more than that
        and a tenth of N. Work of less than a second is judged by the load of about the last second.

        Args:
            since: The reading.
            threads: Number of cores that the work could have used.

        Returns:
            ``None`` where it is unknown: right after the start, or where the system does not report the load of its
            cores.
        """
        now = self.read()
        begin = since if now.moment - since.moment >= _SHORTEST_WINDOW else min(since, self._readings[0], key=_moment)
        elapsed = now.moment - begin.moment
        if elapsed < _SHORTEST_EVIDENCE:
            return None
        own = now.own_seconds - begin.own_seconds
        verdicts = []
        for place, one in enumerate(self._processors):
            busy = now.busy_seconds[place] - begin.busy_seconds[place]
            # Some sandboxes report cores that are never busy.
            if busy < own / 2:
                continue
            needed = min(threads, one.cores)
            verdicts.append((busy - own) / elapsed > one.cores - needed + LARGEST_SHARE * needed)
        return any(verdicts) if verdicts else None


def find_processors() -> tuple[Processors, ...]:
    """Finds the cores that this process may use; in a container with a quota, the quota and its use.

    The system counts the work of all containers on its cores, and only a container's own count says who shares a quota.
    """
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores = len(allowed) if allowed else os.cpu_count() or 1
    machine = Processors(cores, lambda: _busy_seconds(allowed))
    quota = _quota()
    return (machine, Processors(min(quota, cores), _container_seconds)) if quota else (machine,)


def _moment(reading: Reading) -> float:
    return reading.moment


def _busy_seconds(allowed: Sequence[int] | None) -> float:
    times = psutil.cpu_times(percpu=True)
    chosen = times if allowed is None else [times[core] for core in allowed if core < len(times)]
    return float(sum(getattr(core, name, 0.0) for core in chosen for name in _BUSY))


def _quota() -> float | None:
    """Cores that a container may use at once (version 2 of control groups), or ``None`` where nothing limits it."""
    with contextlib.suppress(OSError, ValueError):
        quota, period = (_CGROUP / "cpu.max").read_text(encoding="ascii").split()
        return None if quota == "max" else int(quota) / int(period)
    return None


def _container_seconds() -> float:
    with contextlib.suppress(OSError, ValueError):
        for line in (_CGROUP / "cpu.stat").read_text(encoding="ascii").splitlines():
            name, value = line.split()
            if name == "usage_usec":
                return int(value) / 1e6
    return 0.0


def _seconds_for_this_process() -> float:
    parent = multiprocessing.parent_process()
    handing_out = seconds_of(parent.pid) if parent and parent.pid else 0.0
    return own_seconds() + children_seconds() + handing_out
