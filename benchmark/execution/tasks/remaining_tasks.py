"""The tasks that are left of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus


class RemainingTasks(Sequence[UnitTask]):
    """The unfinished tasks of a plan, each made on demand.

    Args:
        index: Index of the journal, which tells the finished units.
    """

    def __init__(self, index: JournalIndex) -> None:
        self._index = index
        self._left = index.unfinished()

    @property
    def number_by_method(self) -> dict[str, int]:
        """Number of tasks by method, in the order of the plan."""
        plan = self._index.plan
        places, numbers = np.unique(self._left // max(plan.cases_per_method, 1), return_counts=True)
        return {plan.methods[place]: int(number) for place, number in zip(places, numbers, strict=True)}

    def __len__(self) -> int:
        return len(self._left)

    @overload
    def __getitem__(self, index: int) -> UnitTask: ...

    @overload
    def __getitem__(self, index: slice) -> list[UnitTask]: ...

    def __getitem__(self, index: int | slice) -> UnitTask | list[UnitTask]:
        if isinstance(index, slice):
            return [self._task(int(position)) for position in self._left[index]]
        return self._task(int(self._left[index]))

    def _task(self, position: int) -> UnitTask:
        is_made = self._index.status(position) is UnitStatus.OK
        return UnitTask(self._index.plan[position], self._index.record(position) if is_made else None)
