"""Runs the engine on any number of units of a method that does nothing, and says what they cost the run's process.

    python tools/simulate_units.py 1000000

Nothing is stylized and no worker is started: what is left is the plan and the journal.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.execution.schedule import SilentObserver, run_units, unfinished
from benchmark.execution.task import Ended, Made, Started
from benchmark.execution.unit_task import UnitTask
from benchmark.plan.unit import Unit, plan_units
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.store.journal import JournalWriter, UnitRecord, read_journal
from benchmark.store.records import UnitStatus

SCORES = 10
STYLES = 100


@dataclass(frozen=True)
class Simulation:
    """What a simulated run cost.

    Attributes:
        units: Number of units.
        plan_seconds: To plan them.
        run_seconds: To run and journal them.
        resume_seconds: To find that all of them are finished.
        journal_bytes: Size of the journal.
        peak_bytes: Most memory that the process has had resident, the plan included.
        running_bytes: By how much running them raised that.
    """

    units: int
    plan_seconds: float
    run_seconds: float
    resume_seconds: float
    journal_bytes: int
    peak_bytes: int
    running_bytes: int


class DoesNothing:
    """An executor whose every unit ends at once with ten scores."""

    def execute(
        self, tasks: Sequence[UnitTask], is_stopping: Callable[[], bool]
    ) -> Iterator[Started[Any] | Made | Ended[Any]]:
        for task in tasks:
            if is_stopping():
                return
            unit = task.unit
            scores = {f"metric{number}": 0.5 for number in range(SCORES)}
            yield Started(task)
            yield Ended(
                task, UnitRecord(unit.method, unit.case.id, UnitStatus.OK, unit.seed, seconds=0.0, scores=scores), 0.0
            )

    def __enter__(self) -> DoesNothing:
        return self

    def __exit__(self, *_: object) -> None: ...


def keep_nothing(made: Made) -> None:
    """Keeps no image."""


def simulate(number: int, folder: Path) -> Simulation:
    """Runs units of a method that does nothing.

    Args:
        number: How many.
        folder: Where the journal goes.
    """
    began = time.perf_counter()
    units = plan(number)
    tasks = [UnitTask(unit) for unit in units]
    planned = time.perf_counter()
    before = peak_bytes()
    journal = folder / "journal.jsonl"
    with JournalWriter(journal) as writer:
        run_units(tasks, DoesNothing(), keep_nothing, writer, SilentObserver())
    ran = time.perf_counter()
    running = peak_bytes() - before
    if unfinished(units, read_journal(journal)[0]):
        raise RuntimeError("the journal lacks units")
    resumed = time.perf_counter()
    return Simulation(
        number, planned - began, ran - planned, resumed - ran, journal.stat().st_size, peak_bytes(), running
    )


def plan(number: int) -> list[Unit]:
    """Units of one method: a hundred styles on as many contents as are needed."""
    styles = [(WeightedStyle(Style(f"style{n}", prompt="a sketch")),) for n in range(STYLES)]
    contents = [Content(f"content{n}", Path("content.png")) for n in range(-(-number // STYLES))]
    cases = [Case(content, style) for content in contents for style in styles]
    return plan_units(["nothing"], cases[:number], seed=0)


def peak_bytes() -> int:
    """Most memory that this process has had resident."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("units", type=int)
    with tempfile.TemporaryDirectory() as folder:
        cost = simulate(parser.parse_args().units, Path(folder))
    print(f"{cost.units:,} units: planned in {cost.plan_seconds:.1f} s, run and journaled in {cost.run_seconds:.1f} s")
    print(f"resumed in {cost.resume_seconds:.1f} s; journal {cost.journal_bytes / 1e6:.0f} MB")
    print(f"memory {cost.peak_bytes / 1e6:.0f} MB, of which running them took {cost.running_bytes / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
