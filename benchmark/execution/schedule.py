"""Runs the unfinished units of a plan, and journals each as it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from benchmark.errors import InputError, describe_error
from benchmark.execution.running_units import RunningUnits
from benchmark.execution.tasks.task import ImageMade, TaskEnded, TaskStarted
from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.execution.workers.executor import Executor
from benchmark.plan.unit import Unit
from benchmark.store.journal import JournalWriter, UnitRecord
from benchmark.store.records import UnitStatus


class Observer(Protocol):
    """Follows the progress of a run."""

    def planned(self, left: Mapping[str, int], finished: int) -> None:
        """Called when the run begins.

        Args:
            left: Number of unfinished units, by method.
            finished: Number of units that were finished before.
        """

    def started(self, unit: Unit) -> None:
        """Called when a unit begins."""

    def ended(self, unit: Unit, record: UnitRecord, seconds: float) -> None:
        """Called when a unit ended.

        Args:
            unit: The unit.
            record: Its record.
            seconds: Its whole duration in seconds, scoring included.
        """

    def note(self, message: str) -> None:
        """Called with one line that the user should know."""


class SilentObserver:
    """Ignores everything."""

    def planned(self, left: Mapping[str, int], finished: int) -> None:
        """Ignores the plan."""

    def started(self, unit: Unit) -> None:
        """Ignores the unit."""

    def ended(self, unit: Unit, record: UnitRecord, seconds: float) -> None:
        """Ignores the unit."""

    def note(self, message: str) -> None:
        """Ignores the message."""


def run_units(
    tasks: Sequence[UnitTask],
    executor: Executor,
    keep: Callable[[ImageMade], None],
    journal: JournalWriter,
    observer: Observer,
    is_stopping: Callable[[], bool] = lambda: False,
    running: RunningUnits | None = None,
) -> None:
    """Executes units. Each is journaled when it ends; nothing of it is kept in memory.

    A unit whose image cannot be written has failed, with the reason; the others go on.

    Args:
        tasks: The tasks of the unfinished units.
        executor: Executes them.
        keep: Writes an image.
        journal: The journal that records are appended to.
        observer: Is told about each unit.
        is_stopping: Whether no further unit is to be started.
        running: Is kept up to date with the units that run.
    """
    running = running or RunningUnits()
    unkept: dict[tuple[str, str], str] = {}
    for event in executor.execute(tasks, is_stopping):
        match event:
            case TaskStarted(UnitTask(unit)):
                running.started(unit)
                observer.started(unit)
            case ImageMade():
                unkept.pop(event.record.key, None)
                try:
                    keep(event)
                except InputError as error:
                    unkept[event.record.key] = describe_error(error)
            case TaskEnded(UnitTask(unit), record, seconds):
                if reason := unkept.pop(unit.key, ""):
                    record = UnitRecord(unit.method, unit.case.id, UnitStatus.FAILED, unit.seed, reason)
                journal.append(record)
                running.ended(unit)
                observer.ended(unit, record, seconds)
