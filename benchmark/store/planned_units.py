"""Units in their order, by what is known of them: a plan of a run, or what a run says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from benchmark.store.records import CaseRecord


class PlannedUnits(Protocol):
    """The units that a journal is read for, method by method."""

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods."""

    @property
    def cases_per_method(self) -> int:
        """Number of cases that each method answers."""

    def __len__(self) -> int: ...

    def position(self, method: str, case: str) -> int | None:
        """The position of a unit, or ``None`` if it is not planned."""

    def facts(self, position: int) -> tuple[str, str, str]:
        """Names of the content and the style of a unit, and its prompt."""


@dataclass(frozen=True)
class RecordedUnits:
    """The units of a run that is read.

    Attributes:
        methods: Names of the methods.
        cases: The cases.
    """

    methods: tuple[str, ...]
    cases: Sequence[CaseRecord]

    @property
    def cases_per_method(self) -> int:
        """Number of cases that each method answers."""
        return len(self.cases)

    def __len__(self) -> int:
        return len(self.methods) * len(self.cases)

    def position(self, method: str, case: str) -> int | None:
        """Returns the position of a unit, or ``None`` if the run does not ask for it."""
        place, found = self._places.get(method), self._cases.get(case)
        return None if place is None or found is None else place * len(self.cases) + found

    def facts(self, position: int) -> tuple[str, str, str]:
        """Returns the names of the content and the style of a unit, and its prompt."""
        case = self.cases[position % len(self.cases)]
        return case.content, case.style, case.prompt

    @cached_property
    def _places(self) -> dict[str, int]:
        return {method: place for place, method in enumerate(self.methods)}

    @cached_property
    def _cases(self) -> dict[str, int]:
        return {case.id: place for place, case in enumerate(self.cases)}
