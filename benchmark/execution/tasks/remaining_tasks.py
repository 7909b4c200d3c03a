"""The tasks that are left of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import overload

import numpy as np

from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.method_source import MadePictures
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus


class RemainingTasks(Sequence[UnitTask]):
    """The unfinished tasks of a plan, each made on demand.

    Args:
        index: Index of the journal, which tells the finished units.
        pictures: The pictures of the methods whose pictures exist, by method.
    """

    def __init__(self, index: JournalIndex, pictures: Mapping[str, MadePictures] = MappingProxyType({})) -> None:
        self._index = index
        self._pictures = pictures
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
        unit = self._index.plan[position]
        record = self._index.record(position) if self._index.status(position) is UnitStatus.OK else None
        pictures = self._pictures.get(unit.method)
        return UnitTask(unit, record, picture=pictures.file(unit.case.id) if pictures else None)
