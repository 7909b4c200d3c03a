"""Runs any number of units of methods that do nothing, and says what they cost the process of the run.

    python tools/simulate_units.py 1000000
    python tools/simulate_units.py 1000000 --methods 1
    python tools/simulate_units.py 100000 --methods 20 --read

Everything is done as for any run but the units themselves: no worker is started, nothing is stylized or scored. What is
left is the plan, the journal, the results with their intervals, and to find that all of it is finished. With ``--read``
also what `benchmark compare` and `benchmark report` take for the run, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from benchmark.execution.run import execute_run
from benchmark.execution.tasks.task import ImageMade, Task, TaskEnded, TaskStarted
from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.selection import configure_run
from benchmark.store.journal import UnitRecord
from benchmark.store.records import UnitStatus

METRICS = (
    *("ssim", "ms_ssim", "vgg_style_loss", "vgg_content_loss", "st_lpips", "cfsd", "color_histogram_distance"),
    *("clip_text_similarity", "clip_style_similarity", "clip_directional_similarity"),
)
STYLES = 100
SIDE = 161
"""The shortest that every one of these metrics takes."""
_RESIDENT_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes of the unit in which the system states resident memory."""
_MEASURE = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""Starts a command and measures it from a small process: Linux counts the memory of the one that starts it, too."""


@dataclass(frozen=True)
class Simulation:
    """Costs of a simulated run.

    Attributes:
        units: Number of units.
        cases: Number of cases that each method answers.
        run_seconds: To plan and journal the units and to write the results.
        resume_seconds: To find that all of them are finished, and to write the results anew.
        journal_bytes: Size of the journal.
        description_bytes: Size of ``run.json``.
        memory_bytes: By how much all this raised the most memory that the process has had resident.
    """

    units: int
    cases: int
    run_seconds: float
    resume_seconds: float
    journal_bytes: int
    description_bytes: int
    memory_bytes: int


@dataclass(frozen=True)
class Reading:
    """Costs of a command that reads a run.

    Attributes:
        command: The command.
        seconds: By the clock.
        cpu_seconds: Of all threads.
        memory_bytes: Most memory that its process had resident.
    """

    command: str
    seconds: float
    cpu_seconds: float
    memory_bytes: int


class DoesNothing:
    """An executor whose every unit ends at once, with a score of every metric."""

    def execute(
        self, tasks: Sequence[Task[Any]], is_stopping: Callable[[], bool]
    ) -> Iterator[TaskStarted[Any] | ImageMade | TaskEnded[Any]]:
        for task in tasks:
            if is_stopping():
                return
            if isinstance(task, UnitTask):
                yield TaskStarted(task)
                yield TaskEnded(task, do_nothing(task), 0.0)

    def __enter__(self) -> DoesNothing:
        return self

    def __exit__(self, *_: object) -> None: ...


def do_nothing(task: UnitTask) -> UnitRecord:
    """A record without an image, with the same score of every metric but for a trace of the seed."""
    unit = task.unit
    scores = dict.fromkeys(METRICS, 0.5 + unit.seed / 2**64)
    return UnitRecord(unit.method, unit.case.id, UnitStatus.OK, unit.seed, seconds=0.0, scores=scores)


def simulate(units: int, methods: int, folder: Path) -> Simulation:
    """Runs units of methods that do nothing, and continues the finished run.

    Args:
        units: How many; what is left over when the methods have shared them is left out.
        methods: Of how many methods.
        folder: Where the protocol and the run go.
    """
    configuration = configure(units // methods, methods, folder)
    before = peak_bytes()
    began = time.perf_counter()
    outcome = run(configuration, folder)
    ran = time.perf_counter()
    if outcome != run(configuration, folder) or outcome.counts[UnitStatus.OK] != outcome.planned:
        raise RuntimeError(f"the run did not end as it should: {outcome}")
    resumed = time.perf_counter()
    journal, description = ((folder / "run" / name).stat().st_size for name in ("journal.jsonl", "run.json"))
    return Simulation(
        units=outcome.planned,
        cases=units // methods,
        run_seconds=ran - began,
        resume_seconds=resumed - ran,
        journal_bytes=journal,
        description_bytes=description,
        memory_bytes=peak_bytes() - before,
    )


def run(configuration: RunConfiguration, folder: Path) -> Any:
    """Runs or continues the run."""
    return execute_run(configuration, folder / "run", start_executor=lambda *_: DoesNothing())


def read(run_folder: Path) -> Iterator[Reading]:
    """Compares the methods of a run, and makes its report, each in a process of its own."""
    for name in ("compare", "report"):
        command = [sys.executable, "-c", _MEASURE, sys.executable, "-m", "benchmark", name, str(run_folder)]
        measured = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
        seconds, cpu_seconds, resident = json.loads(measured.stdout)
        yield Reading(name, seconds, cpu_seconds, resident * _RESIDENT_UNIT)


def configure(cases: int, methods: int, folder: Path) -> RunConfiguration:
    """A hundred prompts on as many contents as are needed, and copies of a control under other names."""
    Image.new("RGB", (SIDE, SIDE), "grey").save(folder / "grey.png")
    protocol = {
        "schema_version": 1,
        "name": "simulation",
        "version": "1",
        "title": "Simulation",
        "resolution": SIDE,
        "models": {"vgg": "vgg19-embedded", "clip_judge": "clip-tiny-judge", "perceptual": "st-lpips-alex"},
        "contents": [{"id": f"content{number}", "image": "grey.png"} for number in range(-(-cases // STYLES))],
        "styles": [{"id": f"style{number}", "prompt": f"a sketch, number {number}"} for number in range(STYLES)],
    }
    file = folder / "protocol.json"
    file.write_text(json.dumps(protocol))
    configuration = configure_run(
        protocol=str(file), methods="identity", metrics=",".join(METRICS), assignments={}, limit=cases
    )
    (control,) = configuration.methods
    copies = tuple(
        replace(
            control,
            source=replace(control.source, name=f"method{number}"),
            info=control.info and replace(control.info, name=f"method{number}"),
        )
        for number in range(methods)
    )
    return replace(configuration, methods=copies)


def peak_bytes() -> int:
    """Most memory that this process has had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RESIDENT_UNIT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("units", type=int)
    parser.add_argument("--methods", type=int, default=100)
    parser.add_argument("--read", action="store_true", help="also compare its methods, and make its report")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cost = simulate(options.units, options.methods, Path(folder))
        print(f"{cost.units:,} units, {cost.cases:,} cases: run in {cost.run_seconds:.1f} s", end=", ")
        print(f"found finished and summarized in {cost.resume_seconds:.1f} s")
        print(f"journal {cost.journal_bytes / 1e6:.0f} MB, run.json {cost.description_bytes / 1e6:.1f} MB")
        print(f"memory {cost.memory_bytes / 1e6:.0f} MB more than before", flush=True)
        for reading in read(Path(folder) / "run") if options.read else ():
            times = f"{reading.seconds:.1f} s, of the processor {reading.cpu_seconds:.1f} s"
            print(f"{reading.command}: {times}, memory {reading.memory_bytes / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
