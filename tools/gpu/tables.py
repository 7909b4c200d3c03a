"""The tables of a device's figures, as Markdown."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import torch

from reports.markdown import escape
from tools.gpu.device_bench import LARGEST_RELATIVE_DIFFERENCE, MethodFigures, MetricFigures
from tools.gpu.workload import Workload
from tools.markdown_table import table
from tools.speed.spread import rounded

OF_PAPERS: Final[Mapping[tuple[str, int], str]] = {
    ("clipstyler", 512): "40 s, GTX 2080 Ti",
    ("adain", 256): "0.018 s, Titan X",
    ("adain", 512): "0.065 s, Titan X",
}
"""Seconds a picture that papers state, by method and side in pixels."""
_WORDS: Final = f"""\
Agreement: the same picture or scores on the CPU and on the device, float32 without TF32. Of methods, the mean (and
largest) difference of the pixels in grey levels after few steps, ✗ where the mean is above one level; of metrics, the
largest difference as a share of the score, ✗ above {LARGEST_RELATIVE_DIFFERENCE:g}. *Whole* is a picture with all
steps, in the precision that a run has. *Idle* is the share of a picture with few steps in which the device computed
nothing, at most. Memory is what a picture takes beyond the networks."""


def write_head(device: torch.device) -> str:
    """Writes what was measured on what, and how to read it."""
    place = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU: a self-check, no figures"
    versions = f"PyTorch {torch.__version__}, CUDA {torch.version.cuda or 'none'}, Python {platform.python_version()}"
    return f"# Figures of a device\n\nMeasured on {place}; {versions}.\n\n{_WORDS}"


def write_workload(
    workload: Workload, methods: Sequence[MethodFigures], metrics: Sequence[MetricFigures], device: torch.device
) -> str:
    """Writes the tables of one workload.

    Args:
        workload: The workload.
        methods: Its methods.
        metrics: Its metrics.
        device: The device.
    """
    kind = "CUDA" if device.type == "cuda" else "Second CPU"
    head = ("Method", "Agreement", "CPU s, few steps", f"{kind} s, few steps", f"{kind} s, whole", "Its paper's")
    tables = [
        f"## {workload.title[0].upper()}{workload.title[1:]}",
        table((*head, "Idle", "Memory"), [_method(one, workload.side) for one in methods if not one.reason]),
    ]
    if metrics:
        rows = [_metric(one) for one in metrics if not one.reason]
        tables.append(table(("Metric", "Agreement", "CPU s a picture", f"{kind} s a picture"), rows))
    left_out = [f"- `{one.name}`: {escape(one.reason)}" for one in (*methods, *metrics) if one.reason]
    if left_out:
        tables.append("Not measured:\n\n" + "\n".join(left_out))
    return "\n\n".join(tables)


def disagreements(methods: Sequence[MethodFigures], metrics: Sequence[MetricFigures]) -> Iterator[str]:
    """Yields the names of what is not on the device as it is on the CPU."""
    yield from (one.name for one in (*methods, *metrics) if not one.reason and not one.agrees)


def _method(figures: MethodFigures, side: int) -> tuple[str, ...]:
    levels = f"{255 * figures.mean_difference:.2g} ({255 * figures.largest_difference:.2g})"
    return (
        f"`{figures.name}`",
        levels if figures.agrees else f"✗ {levels}",
        rounded(figures.cpu_seconds),
        rounded(figures.device_seconds),
        str(figures.seconds),
        OF_PAPERS.get((figures.name, side), ""),
        "–" if figures.idle is None else f"{figures.idle:.0%}",
        "–" if figures.memory_bytes is None else f"{figures.memory_bytes / 2**30:.2f} GiB",
    )


def _metric(figures: MetricFigures) -> tuple[str, ...]:
    share = f"{figures.difference:.1e}"
    return (
        f"`{figures.name}`",
        share if figures.agrees else f"✗ {share}",
        rounded(figures.cpu_seconds),
        rounded(figures.device_seconds),
    )
