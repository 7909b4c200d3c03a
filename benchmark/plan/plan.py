"""The units of a run, which are made on demand, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from benchmark.plan.unit import Unit, unit_seed
from benchmark.protocol.case import Case
from benchmark.protocol.case_sequence import CaseSequence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmark.plan.case_index import CaseIndex


@dataclass(frozen=True)
class Plan(Sequence[Unit]):
    """The units of a run, method by method, so that each method is prepared once.

    Attributes:
        methods: Names of the methods.
        cases: The cases.
        seed: Seed of the run.
        limit: Number of cases, from the first, or ``None`` for all.
    """

    methods: tuple[str, ...]
    cases: Sequence[Case]
    seed: int
    limit: int | None = None

    @property
    def cases_per_method(self) -> int:
        """Number of cases that each method answers."""
        return len(self.cases) if self.limit is None else min(self.limit, len(self.cases))

    def __len__(self) -> int:
        return len(self.methods) * self.cases_per_method

    @overload
    def __getitem__(self, index: int) -> Unit: ...

    @overload
    def __getitem__(self, index: slice) -> list[Unit]: ...

    def __getitem__(self, index: int | slice) -> Unit | list[Unit]:
        positions = range(len(self))[index]
        return self._unit(positions) if isinstance(positions, int) else [self._unit(position) for position in positions]

    def facts(self, position: int) -> tuple[str, str, str]:
        """Returns the names of the content and the style of a unit, and its prompt, without making the unit.

        Args:
            position: Its position.
        """
        case = self.cases[position % self.cases_per_method]
        return case.content.id, case.style_id, case.prompt

    def position(self, method: str, case: str) -> int | None:
        """Returns the position of a unit, or ``None`` if it is not planned.

        Args:
            method: Name of its method.
            case: Name of its case.

        Raises:
            InputError: A case occurs twice.
        """
        if method not in self._places:
            return None
        found = self._index.position(case)
        return None if found is None else self._places[method] * self.cases_per_method + found

    def first_repetition(self, position: int) -> int:
        """Returns the position of the unit of which a unit is a repetition with another seed: often its own.

        Args:
            position: Position of the unit.
        """
        return position - position % max(self.cases_per_method, 1) % self._seeds

    def repetitions(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Chooses the units that repeat another one with another seed.

        Args:
            positions: Positions of units.
        """
        chosen: NDArray[np.int64] = positions[positions % max(self.cases_per_method, 1) % self._seeds != 0]
        return chosen

    @property
    def _seeds(self) -> int:
        # Repetitions of a case follow each other; cases that a plugin makes are not known to repeat any.
        return len(self.cases.seeds) if isinstance(self.cases, CaseSequence) else 1

    def refuse_repeated_cases(self) -> None:
        """Refuses cases of the same name, which a plugin's protocol may have and a run cannot tell apart.

        Raises:
            InputError: A case occurs twice.
        """
        _ = self._index

    def _unit(self, position: int) -> Unit:
        method, case = divmod(position, self.cases_per_method)
        found = self.cases[case]
        return Unit(self.methods[method], found, unit_seed(self.seed, found.id, self.methods[method]))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {method: place for place, method in enumerate(self.methods)}

    @cached_property
    def _index(self) -> CaseIndex:
        # Imported here, so that planning alone does not import NumPy.
        from benchmark.plan.case_index import CaseIndex

        return CaseIndex(self.cases, self.cases_per_method)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "_index"}


@dataclass(frozen=True, eq=False)
class ChosenUnits(Sequence[Unit]):
    """Some units of a plan.

    Attributes:
        plan: The plan.
        positions: Positions of the chosen units in the plan, a one-dimensional array.
    """

    plan: Plan
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.positions)

    @overload
    def __getitem__(self, index: int) -> Unit: ...

    @overload
    def __getitem__(self, index: slice) -> list[Unit]: ...

    def __getitem__(self, index: int | slice) -> Unit | list[Unit]:
        chosen = self.positions[index]
        return [self.plan[int(position)] for position in chosen] if isinstance(index, slice) else self.plan[int(chosen)]
