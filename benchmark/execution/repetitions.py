"""Repetitions that need not be made: those of methods that make the same picture whatever the seed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from benchmark.plan.plan import Plan
from benchmark.plan.unit import Unit
from benchmark.store.atomic import write_bytes
from benchmark.store.journal import JournalWriter, UnitRecord
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus
from benchmark.store.run_directory import RunDirectory


def copy_repetitions(
    directory: RunDirectory, index: JournalIndex[Plan], methods: Collection[str], journal: JournalWriter
) -> int:
    """Copies pictures, scores and costs of deterministic methods to the repetitions of their cases.

    So every method has answered every case, and means compare, though nothing is made twice.

    Args:
        directory: The folder of the run.
        index: Index of its journal, which tells the repetitions without a picture.
        methods: Names of the methods.
        journal: Takes the records.

    Returns:
        The number of pictures that were copied.
    """
    copied = 0
    for position in index.plan.repetitions(index.unfinished()).tolist():
        unit = index.plan[position]
        if unit.method not in methods or index.status(position) is UnitStatus.OK:
            continue
        first = index.record(index.plan.first_repetition(position))
        if first is None:
            continue
        journal.append(_copied(directory, first, unit))
        copied += first.status is UnitStatus.OK
    return copied


def _copied(directory: RunDirectory, first: UnitRecord, unit: Unit) -> UnitRecord:
    if first.status is not UnitStatus.OK:
        return replace(first, case=unit.case.id, seed=unit.seed)
    write_bytes(directory.path / unit.image, (directory.path / first.image).read_bytes())
    note = "; ".join(filter(None, (first.note, f"as {first.case}")))
    return replace(first, case=unit.case.id, seed=unit.seed, image=unit.image, note=note)
