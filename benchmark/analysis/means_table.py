"""The means of a run, metrics × methods, as the terminal and notebooks show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Direction
from benchmark.store.cost_columns import DISTURBED, PROCESSOR_TIME, SHARED, STATED, TIME
from benchmark.store.records import UnitStatus

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords, SummaryRow

CASES_DIFFER: Final = "cases answered (they differ: means do not compare)"
"""Label of the numbers of answered cases."""
CIRCULAR: Final = "(…): circular, the method optimised the metric's network"
SIGNS: Final = f"*: too few images; ~: {DISTURBED}"
_UNMEASURED_SIGNS: Final = {STATED: "°", SHARED: "÷"}
_ARROWS: Final = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NEITHER: ""}


@dataclass(frozen=True)
class MethodColumn:
    """A method as a column.

    Attributes:
        name: Name of the method.
        label: The name with the marks of networks that stand in for published ones.
        control: Whether it is a control.
    """

    name: str
    label: str
    control: bool


@dataclass(frozen=True)
class MetricLine:
    """A metric, or a cost, with its mean for every method.

    Attributes:
        name: Name of the metric or of the column of costs.
        direction: Which end is good.
        network: Names of the networks that it is computed with, marked where they stand in for published ones.
        means: A row of the summary per method; ``None`` where there is none.
    """

    name: str
    direction: Direction
    network: str
    means: tuple[SummaryRow | None, ...]

    @property
    def label(self) -> str:
        """The name with an arrow towards the good end."""
        return f"{self.name} {_ARROWS[self.direction]}"

    @property
    def cells(self) -> tuple[str, ...]:
        """The means as text: in brackets where they are circular, with a sign where they say little."""
        return tuple(map(_cell, self.means))

    @property
    def cells_with_intervals(self) -> tuple[str, ...]:
        """The same with the 95 % intervals, where there are any."""
        return tuple(map(_cell_with_interval, self.means))


@dataclass(frozen=True)
class MeansTable:
    """Means over the cases that a method answered.

    Attributes:
        methods: The columns, controls to the right.
        metrics: The lines, costs last.
        answered: Number of answered cases per method where methods answered different ones, so that their means do not
            compare; else empty.
        notes: What else is to be said: which networks stand in for others, and which metrics are missing, and why.
    """

    methods: tuple[MethodColumn, ...]
    metrics: tuple[MetricLine, ...]
    answered: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def has_networks(self) -> bool:
        """Whether some metric is computed with a network."""
        return any(metric.network for metric in self.metrics)


def make_means_table(records: RunRecords) -> MeansTable:
    """Makes the table of means of a run.

    Args:
        records: The run.
    """
    networks = networks_of_run(records)
    methods = sorted(records.methods, key=lambda method: method.control)
    rows = {(row.method, row.metric): row for row in records.summary}
    columns = [(metric.name, metric.direction) for metric in records.metrics if not metric.unavailable]
    columns += [(TIME, Direction.LOWER), (PROCESSOR_TIME, Direction.LOWER)]
    done = records.units[records.units["status"] == UnitStatus.OK]
    answered = [frozenset(done.loc[done["method"] == method.name, "case"]) for method in methods]
    missing: dict[str, list[str]] = {}
    for metric in records.metrics:
        if metric.unavailable:
            missing.setdefault(metric.unavailable, []).append(metric.name)
    warnings = {row.warning for row in records.summary}
    return MeansTable(
        methods=tuple(
            MethodColumn(
                method.name, f"{method.name} {networks.method_mark(method.name)}".rstrip(), bool(method.control)
            )
            for method in methods
        ),
        metrics=tuple(
            MetricLine(
                name, direction, networks.metric(name), tuple(rows.get((method.name, name)) for method in methods)
            )
            for name, direction in columns
        ),
        answered=tuple(map(len, answered)) if len(set(answered)) > 1 else (),
        notes=(
            *filter(None, (networks.used_stand_ins(), *networks.notes())),
            *(f"{sign}: {words}" for words, sign in _UNMEASURED_SIGNS.items() if words in warnings),
            *filter(None, (records.costs_apart,)),
            *(f"unavailable: {', '.join(names)}: {reason}" for reason, names in missing.items()),
        ),
    )


def _cell_with_interval(row: SummaryRow | None) -> str:
    if row is None or row.low is None or row.high is None:
        return _cell(row)
    return f"{_cell(row)} [{row.low:.3g}, {row.high:.3g}]"


def _cell(row: SummaryRow | None) -> str:
    if row is None or row.mean is None:
        return "–"
    sign = _UNMEASURED_SIGNS.get(row.warning, "~" if row.metric == TIME else "*")
    text = f"{row.mean:.3g}{sign * bool(row.warning)}"
    return f"({text})" if row.circular else text
