"""Processor time of a process and of its descendants."""

from __future__ import annotations

import contextlib
import os
import time

import psutil


def own_seconds() -> float:
    """Returns the processor seconds of all threads of this process so far."""
    return time.process_time()


def children_seconds() -> float:
    """Returns the processor seconds so far of all descendants of this process.

    Processes that ended count if their parents waited for them, as ``subprocess`` does. The system counts in
    hundredths of a second.
    """
    times = os.times()
    return times.children_user + times.children_system + sum(map(_seconds_of, _live_descendants()))


def seconds_of(process: int) -> float:
    """Returns the processor seconds so far of all threads of another process, 0 where that cannot be read.

    Args:
        process: Its number.
    """
    with contextlib.suppress(psutil.Error):
        times = psutil.Process(process).cpu_times()
        return float(times.user + times.system)
    return 0.0


def _seconds_of(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return float(times.user + times.system + ended)
    return 0.0


def _live_descendants() -> list[psutil.Process]:
    # Listing them goes through all processes of the machine.
    if _has_children():
        with contextlib.suppress(psutil.Error):
            return psutil.Process().children(recursive=True)
    return []


def _has_children() -> bool:
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
