"""The tasks that are left of a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import overload

import numpy as np
from numpy.typing import NDArray

from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.method_source import MadePictures
from benchmark.plan.plan import Plan
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus


class RemainingTasks(Sequence[UnitTask]):
    """The unfinished tasks of a plan, each made on demand.

    Args:
        index: Index of the journal, which tells the finished units.
        pictures: The pictures of the methods whose pictures exist, by method.
        methods: The methods that may make images; those of others are only scored, where they exist. By default all.
        deterministic: Those of them of which repetitions with other seeds are copies, and no tasks.
        wanted: The metrics that score the images, as ``UnitRecord.lacking`` takes them.
        described: Set metrics whose scores of the present images of a method are known, by method.
    """

    def __init__(
        self,
        index: JournalIndex[Plan],
        pictures: Mapping[str, MadePictures] = MappingProxyType({}),
        *,
        methods: Collection[str] | None = None,
        deterministic: Collection[str] = (),
        wanted: Collection[str] = (),
        described: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        self._index = index
        self._pictures = pictures
        self._methods = frozenset(index.plan.methods if methods is None else methods)
        self._wanted = wanted
        self._described = described
        unfinished = index.unfinished()
        is_made = index.is_made(unfinished)
        makes = np.array([method in self._methods for method in index.plan.methods], dtype=np.bool_)
        copies = np.array([method in deterministic for method in index.plan.methods], dtype=np.bool_)
        is_copy = ~is_made & copies[self._places(unfinished)] & np.isin(unfinished, index.plan.repetitions(unfinished))
        self.number_to_copy = int(is_copy.sum())
        """Number of units that are copies of others, and no tasks."""
        unfinished, is_made = unfinished[~is_copy], is_made[~is_copy]
        is_left = is_made | makes[self._places(unfinished)]
        self._left = unfinished[is_left]
        self._left_alone = unfinished[~is_left]
        exists = np.array([method in pictures for method in index.plan.methods], dtype=np.bool_)
        self.number_to_make = int((~is_made & is_left & ~exists[self._places(unfinished)]).sum())
        """Number of tasks whose image is yet to be made, and measured; pictures that exist are only read."""

    @property
    def number_by_method(self) -> dict[str, int]:
        """Number of tasks by method, in the order of the plan."""
        return self._by_method(self._left)

    @property
    def left_alone_by_method(self) -> dict[str, int]:
        """Number of units without an image that no task makes, by method, in the order of the plan."""
        return self._by_method(self._left_alone)

    def _by_method(self, positions: NDArray[np.int64]) -> dict[str, int]:
        places, numbers = np.unique(self._places(positions), return_counts=True)
        return {self._index.plan.methods[place]: int(number) for place, number in zip(places, numbers, strict=True)}

    def _places(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return positions // max(self._index.plan.cases_per_method, 1)

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
        return UnitTask(
            unit,
            record,
            picture=pictures.file(unit.case.id) if pictures else None,
            wanted=self._wanted,
            described=self._described.get(unit.method, ()),
            only_scores=unit.method not in self._methods,
        )
