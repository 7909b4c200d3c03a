"""How long a device does nothing while a call runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile


def idle_share(call: Callable[[], object], device: torch.device) -> float | None:
    """Returns for what share of a call no kernel ran on its device; on a CPU, no operation of PyTorch.

    The time is from the first event of the call to the last, so that the profiler's own start does not count. Its
    records of each operation make the call slower on the side of Python: the share is an upper bound.

    Args:
        call: The call.
        device: The device.

    Returns:
        The share, or ``None`` where nothing was recorded.
    """
    is_cuda = device.type == "cuda"
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if is_cuda else [])]
    with profile(activities=activities) as recorded:
        call()
        if is_cuda:
            torch.cuda.synchronize(device)
    events = [event for event in recorded.events() or () if event.time_range.end > event.time_range.start]
    kind = DeviceType.CUDA if is_cuda else DeviceType.CPU
    work = [(event.time_range.start, event.time_range.end) for event in events if event.device_type == kind]
    if not work:
        return None
    span = max(event.time_range.end for event in events) - min(event.time_range.start for event in events)
    return 1 - covered(work) / span


def covered(intervals: Iterable[tuple[float, float]]) -> float:
    """Returns the length of what intervals cover together; what several cover counts once."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(intervals):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
