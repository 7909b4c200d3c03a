"""Ablations: what each change of a method's settings does, against the method itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from benchmark.analysis.comparison import MethodComparison, compare_pairs
from benchmark.analysis.interval import crossed_estimate
from benchmark.analysis.scores import ScoreTable, ranking_metrics
from benchmark.analysis.shared_means import SharedMean
from benchmark.contracts.metric import Direction
from benchmark.method_source import is_measured
from benchmark.store.cost_columns import COST_COLUMNS
from benchmark.store.records import MethodRecord, RunRecords

_FEWEST_VALUES = 3
"""Of a sweep, that of the method itself included; two make no curve."""


@dataclass(frozen=True)
class SweepPoint:
    """One value of a setting that is swept.

    Attributes:
        method: Name of the row.
        value: The value.
        is_base: Whether this is the method itself, with the value that it has.
    """

    method: str
    value: float
    is_base: bool


@dataclass(frozen=True)
class Sweep:
    """Values of one numeric setting, all else being the same.

    Attributes:
        setting: Name of the setting.
        points: Its values, rising.
        means: Means of scores and costs over the cases that all of these rows have a score for.
    """

    setting: str
    points: tuple[SweepPoint, ...]
    means: tuple[SharedMean, ...]


@dataclass(frozen=True)
class Ablation:
    """A method and its variants.

    Attributes:
        base: Name of the method's row.
        variants: Names of the rows of its variants.
        comparisons: By every metric that ranks, each variant (``first``) with the method (``second``), paired on the
            cases that both have a score for, and corrected for the number of variants.
        sweeps: Settings with several values.
    """

    base: str
    variants: tuple[str, ...]
    comparisons: tuple[MethodComparison, ...]
    sweeps: tuple[Sweep, ...]


def ablations(run: RunRecords) -> list[Ablation]:
    """Compares the variants in a run with their methods; those whose method is not in the run are left out.

    Args:
        run: The run.
    """
    by_base: dict[str, list[MethodRecord]] = {}
    for method in run.methods:
        if method.variant_of and (base := _base(run, method)):
            by_base.setdefault(base, []).append(method)
    methods = {method.name: method for method in run.methods}
    return [
        Ablation(
            base,
            tuple(variant.name for variant in variants),
            tuple(_comparisons(run, base, [variant.name for variant in variants])),
            tuple(_sweeps(run, methods[base], variants)),
        )
        for base, variants in by_base.items()
    ]


def _base(run: RunRecords, variant: MethodRecord) -> str:
    """Returns the name that the method of a variant has in a run, or an empty string where it is not there."""
    names = {method.name for method in run.methods}
    # In several runs that make one table, the method is that of the run which the variant is of.
    for part in run.parts:
        if variant.name in part.methods.values():
            found = part.methods.get(variant.variant_of, "")
            return found if found in names else ""
    return variant.variant_of if variant.variant_of in names else ""


def _comparisons(run: RunRecords, base: str, variants: Sequence[str]) -> list[MethodComparison]:
    found: list[MethodComparison] = []
    for metric in ranking_metrics(run):
        table = ScoreTable(run, metric.name, metric.direction)
        if table.scored([base]):
            pairs = {(name, base): table.paired([name, base]) for name in table.scored(variants)}
            found += compare_pairs(metric.name, pairs, table.sign)
    return found


def _sweeps(run: RunRecords, base: MethodRecord, variants: Sequence[MethodRecord]) -> list[Sweep]:
    points: dict[str, list[SweepPoint]] = {}
    for variant in variants:
        if len(variant.changes) == 1:
            ((setting, value),) = variant.changes.items()
            if _is_number(value):
                points.setdefault(setting, []).append(SweepPoint(variant.name, float(value), is_base=False))
    sweeps: list[Sweep] = []
    for setting, found in points.items():
        own = base.settings.get(setting)
        if _is_number(own):
            found.append(SweepPoint(base.name, float(own), is_base=True))
        if len(found) >= _FEWEST_VALUES:
            ordered = tuple(sorted(found, key=lambda point: point.value))
            sweeps.append(Sweep(setting, ordered, tuple(_means(run, [point.method for point in ordered]))))
    return sweeps


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _means(run: RunRecords, rows: Sequence[str]) -> list[SharedMean]:
    timed = all(is_measured(method.timing) for method in run.methods if method.name in rows) and not run.costs_apart
    columns = [(metric.name, metric.direction) for metric in ranking_metrics(run)]
    columns += [(cost, Direction.LOWER) for cost in COST_COLUMNS if cost in run.units and timed]
    means: list[SharedMean] = []
    for column, direction in columns:
        table = ScoreTable(run, column, direction)
        scored = table.scored(rows)
        shared = table.paired(scored) if scored else None
        if shared is not None and shared.cases:
            means += [
                SharedMean(column, row, crossed_estimate(shared.values[:, place], shared.contents, shared.styles))
                for place, row in enumerate(scored)
            ]
    return means
