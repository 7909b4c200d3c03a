"""How long whole runs take, as a user starts them, and what the engine adds to a unit."""

from __future__ import annotations

import ctypes
import functools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
import torch

from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.measurement import measure
from tools.simulate_units import simulate

_ADOPT_ORPHANS: Final = 36
"""``PR_SET_CHILD_SUBREAPER`` of Linux."""
_SECONDS_TO_END: Final = 10.0


@dataclass(frozen=True)
class WholeRun:
    """A run from the command to its report.

    Attributes:
        command: The command.
        elapsed: Seconds by the clock.
        processor: Seconds of all threads of all its processes.
        disturbed: Whether other processes disturbed it; ``None`` where that is unknown.
    """

    command: str
    elapsed: float
    processor: float
    disturbed: bool | None


@dataclass(frozen=True)
class EngineCosts:
    """What the engine takes for a unit of a method that does nothing.

    Attributes:
        units: Number of units.
        run: Seconds a unit to plan, journal and summarize it.
        resume: Seconds a unit to find it finished, and to summarize it again.
    """

    units: int
    run: float
    resume: float


def whole_runs(
    protocols: Sequence[str], methods: str, load: MachineLoad, note: Callable[[str], None]
) -> list[WholeRun]:
    """Runs protocols once each, with all metrics and the report.

    Args:
        protocols: Their names.
        methods: Names of the methods, comma-separated, or ``all``.
        load: Observer of the machine.
        note: Is told what is measured.
    """
    found = []
    for protocol in protocols:
        note(f"whole run: {protocol}")
        words = ("run", "--methods", methods, "--protocol", protocol)
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "benchmark", *words, "--out", str(Path(folder) / "run")]
            made = measure(functools.partial(run_with_descendants, command), torch.device("cpu"), load)
        found.append(WholeRun(" ".join(("benchmark", *words)), made.seconds, made.cpu_seconds, made.disturbed))
    return found


def run_with_descendants(command: Sequence[str]) -> None:
    """Runs a command, and waits for all processes that it leaves, so that their time counts as this one's children's.

    A run's workers are children of a process of their own, which ends after the command: without this, nobody would
    wait for it, and what they did would look like other processes' work, as it does elsewhere than on Linux.

    Raises:
        CalledProcessError: The command failed.
    """
    if sys.platform != "linux":
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        return
    earlier = {child.pid for child in psutil.Process().children()}
    adopt = ctypes.CDLL(None).prctl
    adopt(_ADOPT_ORPHANS, 1)
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        # Those of a process that ends become this one's only then.
        while left := [child for child in psutil.Process().children() if child.pid not in earlier]:
            _, alive = psutil.wait_procs(left, timeout=_SECONDS_TO_END)
            if alive:
                break
    finally:
        adopt(_ADOPT_ORPHANS, 0)


def engine_costs(units: int) -> EngineCosts:
    """Runs and continues units of methods that do nothing, in this process.

    Args:
        units: How many.
    """
    with tempfile.TemporaryDirectory() as folder:
        cost = simulate(units, 100, Path(folder))
    return EngineCosts(cost.units, cost.run_seconds / cost.units, cost.resume_seconds / cost.units)
