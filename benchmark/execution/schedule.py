"""Runs what is left of a plan, one unit after another, journaling each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from benchmark.plan.unit import Unit
from benchmark.store.journal import JournalWriter, UnitRecord


class Observer(Protocol):
    """Is told how a run goes."""

    def planned(self, units: list[Unit], finished: int) -> None:
        """The run begins.

        Args:
            units: What is left to do.
            finished: Number of units that an earlier start finished.
        """

    def started(self, unit: Unit) -> None:
        """A unit begins."""

    def ended(self, unit: Unit, record: UnitRecord, seconds: float) -> None:
        """A unit ended.

        Args:
            unit: The unit.
            record: How it ended.
            seconds: How long it took in all, scoring included.
        """


class SilentObserver:
    """Ignores everything."""

    def planned(self, units: list[Unit], finished: int) -> None:
        """Ignores the plan."""

    def started(self, unit: Unit) -> None:
        """Ignores the unit."""

    def ended(self, unit: Unit, record: UnitRecord, seconds: float) -> None:
        """Ignores the unit."""


def unfinished(units: Iterable[Unit], records: Mapping[tuple[str, str], UnitRecord]) -> list[Unit]:
    """The units that have no final record, in their order.

    Args:
        units: All units of the plan.
        records: Records of an earlier start.
    """
    return [unit for unit in units if (record := records.get(unit.key)) is None or not record.is_final]


def run_units(
    units: list[Unit],
    execute: Callable[[Unit], UnitRecord],
    journal: JournalWriter,
    observer: Observer,
) -> None:
    """Executes units in order. Each is journaled before the next begins; nothing of it is kept in memory.

    Args:
        units: What is left to do.
        execute: Executes one unit and says how it ended.
        journal: Where records go.
        observer: Is told about each unit.
    """
    for unit in units:
        observer.started(unit)
        start = time.perf_counter()
        record = execute(unit)
        journal.append(record)
        observer.ended(unit, record, time.perf_counter() - start)
