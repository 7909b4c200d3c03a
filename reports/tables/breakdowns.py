"""Means by movement, genre, artist and content: one table for each of these factors and each metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.breakdown import Factor
from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Direction
from benchmark.wording import format_factors
from reports.tables.formatting import NOTHING, NumberFormat, field_of, number_format
from reports.tables.interval_bar import IntervalBar, IntervalScale
from reports.tables.ranking import DIRECTIONS
from reports.tables.units import methods_before_controls

if TYPE_CHECKING:
    from benchmark.analysis.breakdown import GroupMean
    from benchmark.analysis.interval import Estimate
    from benchmark.analysis.networks import Networks
    from benchmark.store.records import RunRecords

TITLES: Final = {
    Factor.MOVEMENT: "Movement",
    Factor.GENRE: "Genre",
    Factor.ARTIST: "Artist",
    Factor.CONTENT: "Content",
}


@dataclass(frozen=True)
class GroupCell:
    """A mean over a group."""

    text: str
    interval: str
    bar: IntervalBar


@dataclass(frozen=True)
class GroupRow:
    """A group with one cell per method; ``n`` says how many cases they share."""

    level: str
    n: str
    cells: tuple[GroupCell, ...]


@dataclass(frozen=True)
class MetricTable:
    """The groups of a factor by one metric. All bars of a metric share one scale. ``network`` made its scores."""

    metric: str
    title: str
    arrow: str
    direction_words: str
    methods: tuple[str, ...]
    rows: tuple[GroupRow, ...]
    network: str = ""


@dataclass(frozen=True)
class FactorTables:
    """The tables of a factor."""

    title: str
    levels: int
    tables: tuple[MetricTable, ...]


@dataclass(frozen=True)
class Breakdowns:
    """All tables. ``metrics`` are the names and titles to choose from."""

    metrics: tuple[tuple[str, str], ...]
    factors: tuple[FactorTables, ...]


def build_breakdowns(run: RunRecords, means: Sequence[GroupMean]) -> Breakdowns | None:
    """Arranges the means over groups, or returns ``None`` where no factor has two levels.

    Args:
        run: The run.
        means: Its means over groups.
    """
    if not means:
        return None
    found: dict[tuple[Factor, str], list[GroupMean]] = {}
    for mean in means:
        found.setdefault((mean.factor, mean.metric), []).append(mean)
    networks = networks_of_run(run)
    titles = {metric.name: metric.title or metric.name for metric in run.metrics}
    metrics = [name for name in titles if any(name == metric for _, metric in found)]
    ends = {name: [end for mean in means if mean.metric == name for end in _ends(mean.estimate)] for name in metrics}
    factors = []
    for factor, title in TITLES.items():
        tables = tuple(
            _table(run, name, found[factor, name], ends[name], networks) for name in metrics if (factor, name) in found
        )
        if tables:
            factors.append(FactorTables(title, max(len(table.rows) for table in tables), tables))
    choices = tuple((name, f"{titles[name]} {networks.metric_mark(name)}".rstrip()) for name in metrics)
    return Breakdowns(choices, tuple(factors))


def _table(
    run: RunRecords, metric: str, means: Sequence[GroupMean], ends: Sequence[float], networks: Networks
) -> MetricTable:
    record = next(record for record in run.metrics if record.name == metric)
    arrow, words = DIRECTIONS[Direction(record.direction)]
    methods = [each for each in methods_before_controls(run) if any(mean.method == each.name for mean in means)]
    contents = {str(content.get("id")): field_of(content, "title", "id") for content in run.contents}
    levels: dict[str, dict[str, Estimate]] = {}
    for mean in means:
        levels.setdefault(mean.level, {})[mean.method] = mean.estimate
    show, scale = number_format(ends), IntervalScale.over(ends, logarithmic=False)
    return MetricTable(
        metric=metric,
        title=record.title or record.name,
        arrow=arrow,
        direction_words=words,
        methods=tuple(
            f"{method.title or method.name} {networks.method_mark(method.name)}".rstrip() for method in methods
        ),
        rows=tuple(
            _row(
                contents.get(level, level) if means[0].factor is Factor.CONTENT else level,
                [estimates[method.name] for method in methods],
                show,
                scale,
            )
            for level, estimates in levels.items()
        ),
        network=networks.metric(metric),
    )


def _row(level: str, estimates: Sequence[Estimate], show: NumberFormat, scale: IntervalScale) -> GroupRow:
    return GroupRow(level, _count(estimates[0]), tuple(_cell(estimate, show, scale) for estimate in estimates))


def _cell(estimate: Estimate, show: NumberFormat, scale: IntervalScale) -> GroupCell:
    interval = estimate.interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    text = f"{show(interval.low)} {NOTHING} {show(interval.high)}" if interval else ""
    return GroupCell(show(estimate.mean), text, scale.bar(estimate.mean, low, high))


def _count(estimate: Estimate) -> str:
    return f"{estimate.cases:,} ({format_factors(estimate.cases, estimate.contents, estimate.styles)})"


def _ends(estimate: Estimate) -> tuple[float, ...]:
    interval = estimate.interval
    return (estimate.mean, interval.low, interval.high) if interval else (estimate.mean,)
