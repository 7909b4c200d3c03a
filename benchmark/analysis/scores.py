"""The scores of a run as comparisons need them: cases × methods, on the cases that the methods share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.contracts.metric import Direction
from benchmark.store.records import MetricRecord, RunRecords, UnitStatus


@dataclass(frozen=True)
class PairedScores:
    """Scores of several methods on the cases that all of them have a score for.

    Attributes:
        cases: Name of each case.
        values: N cases × K methods.
        contents: Content of each case.
        styles: Style or mix of styles of each case.
    """

    cases: tuple[str, ...]
    values: NDArray[np.float64]
    contents: NDArray[np.str_]
    styles: NDArray[np.str_]


@dataclass(frozen=True)
class SharedScores:
    """Scores of methods that stand side by side, on the cases that all of them have a score for.

    Attributes:
        methods: Names of the methods, in the order of the columns of ``scores``.
        left_out: Names of those that have a score for too few cases to be compared; see ``share_cases``.
        scores: The scores.
        uneven: Whether one of the methods, or of those left out, has scores for other cases too.
    """

    methods: list[str]
    left_out: list[str]
    scores: PairedScores
    uneven: bool


class ScoreTable:
    """The scores or costs in one column of a run's units.

    Args:
        run: The run.
        column: Name of the column.
        direction: The good end of the range.
    """

    def __init__(self, run: RunRecords, column: str, direction: Direction) -> None:
        done = run.units[run.units["status"] == UnitStatus.OK]
        table = done.pivot(index="case", columns="method", values=column)
        self.sign = -1.0 if direction is Direction.LOWER else 1.0
        # Arrays, because tables are cut by methods hundreds of times, and pandas takes a millisecond for each.
        self._cases = np.array(table.index, dtype=object)
        self._columns = {str(name): table[name].to_numpy(dtype=np.float64) for name in table.columns}
        known = {case.id: case for case in run.cases}
        self._contents = np.array([known[name].content for name in self._cases], dtype=str)
        self._styles = np.array([known[name].style for name in self._cases], dtype=str)

    def scored(self, methods: Iterable[str]) -> list[str]:
        """Returns those of the methods that have a score for some case."""
        return [name for name in methods if name in self._columns and not np.isnan(self._columns[name]).all()]

    def answered(self, method: str) -> frozenset[str]:
        """Returns the names of the cases that a method, which has scores, has a score for."""
        return frozenset(self._cases[~np.isnan(self._columns[method])])

    def paired(self, methods: list[str]) -> PairedScores:
        """Returns the scores of methods on the cases that all of them have a score for.

        Args:
            methods: Names of methods that have scores.
        """
        values = np.array([self._columns[name] for name in methods]).reshape(len(methods), len(self._cases)).T
        common = ~np.isnan(values).any(axis=1)
        return PairedScores(
            cases=tuple(self._cases[common]),
            values=values[common],
            contents=self._contents[common],
            styles=self._styles[common],
        )

    def shared(self, methods: Sequence[str], required: Sequence[str] = ()) -> SharedScores:
        """Returns the scores of methods on the cases that they share, without those that share too few.

        Args:
            methods: Names of methods.
            required: Names of others that have to have a score for each case, as the ends of a scale do.
        """
        answered = {name: self.answered(name) for name in (*self.scored(methods), *self.scored(required))}
        kept, left_out = share_cases({name: answered[name] for name in answered if name not in required})
        together = [*kept, *(name for name in required if name in answered)]
        return SharedScores(kept, left_out, self.paired(together), uneven=len(set(answered.values())) > 1)


def share_cases(answered: Mapping[str, Set[str]]) -> tuple[list[str], list[str]]:
    """Chooses the methods that are compared with each other on the cases that all of them have a score for.

    All methods are compared, unless a few have scores for so few cases that the others would lose too many: as long as
    the remaining methods share fewer than a third of the cases that any of them has a score for, the method with the
    fewest scores is left out (of several, the last).

    Args:
        answered: Names of the cases that each method has a score for.

    Returns:
        The names of the methods that are compared, and of those that are left out.
    """
    kept = [name for name, cases in answered.items() if cases]
    left_out = [name for name, cases in answered.items() if not cases]
    while len(kept) > 1:
        found = [answered[name] for name in kept]
        if 3 * len(frozenset.intersection(*map(frozenset, found))) >= len(frozenset.union(*map(frozenset, found))):
            break
        fewest = min(map(len, found))
        leaving = next(name for name in reversed(kept) if len(answered[name]) == fewest)
        kept.remove(leaving)
        left_out.append(leaving)
    return kept, [name for name in answered if name in left_out]


def ranking_metrics(run: RunRecords) -> list[MetricRecord]:
    """Returns the metrics of a run that can rank: those that state a good end and have scores."""
    return [
        metric
        for metric in run.metrics
        if not metric.unavailable and metric.direction is not Direction.NEITHER and metric.name in run.units
    ]


def ranked_methods(run: RunRecords) -> list[str]:
    """Returns the methods of a run that are compared with each other: all but the controls."""
    return [method.name for method in run.methods if not method.control]
