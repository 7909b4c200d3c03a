"""Measures workloads on a device and writes their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from benchmark.registry import Plugin
from tools.gpu.device_bench import DeviceBench
from tools.gpu.tables import disagreements, write_head, write_workload
from tools.gpu.workload import Workload


def measure_device(
    device: torch.device,
    workloads: Sequence[Workload],
    methods: Sequence[Plugin],
    metrics: Sequence[Plugin],
    *,
    seconds: float,
    note: Callable[[str], None],
) -> Iterator[tuple[str, list[str]]]:
    """Measures methods and metrics with each workload, and yields what is known after each.

    Args:
        device: The device.
        workloads: The workloads, which may take part of the methods, and no metrics.
        methods: The methods.
        metrics: The metrics.
        seconds: About how long each method stylizes; it makes at least one picture.
        note: Is told what is measured.

    Yields:
        The page of the workloads so far, and the names of what disagrees with the CPU.
    """
    parts, wrong = [write_head(device)], []
    for workload in workloads:
        bench = DeviceBench(workload, device, seconds)
        of_methods, of_metrics = [], []
        for plugin in methods:
            if not workload.methods or plugin.name in workload.methods:
                note(f"{workload.title}: {plugin.name}")
                of_methods.append(bench.method(plugin))
        for plugin in metrics if workload.has_metrics else ():
            note(f"{workload.title}: {plugin.name}")
            of_metrics.append(bench.metric(plugin))
        parts.append(write_workload(workload, of_methods, of_metrics, device))
        wrong += disagreements(of_methods, of_metrics)
        yield "\n\n".join(parts) + "\n", list(wrong)
