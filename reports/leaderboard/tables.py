"""The tables of the site: for each protocol a row for each method, and for each method a line for each of its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reports.leaderboard.entries import MethodEntry, Metric, ProtocolEntry, Result, RunEntry, Score
from reports.tables.formatting import NOTHING, NumberFormat, number_format
from reports.tables.ranking import QUESTIONS

_AXES: Final = list(QUESTIONS)


@dataclass(frozen=True, slots=True)
class Cell:
    """A mean as text; ``value`` is what rows are sorted by, or empty."""

    text: str
    interval: str = ""
    value: str = ""
    circular: bool = False
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A method in a run, with a cell for each column."""

    result: Result
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A method of a protocol: its latest run, and all of them from the latest to the earliest."""

    method: MethodEntry
    latest: Line
    history: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A protocol with the metrics and the methods of its runs."""

    protocol: ProtocolEntry
    metrics: tuple[Metric, ...]
    rows: tuple[Row, ...]
    controls: tuple[Row, ...]
    runs: tuple[RunEntry, ...]

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """The methods, then the controls."""
        return self.rows + self.controls

    @property
    def conditions(self) -> tuple[str, ...]:
        """What its methods take."""
        return tuple(sorted({row.method.condition for row in self.rows}))

    @property
    def devices(self) -> tuple[str, ...]:
        """Where the latest run of its methods was made."""
        return tuple(sorted({row.latest.result.run.device for row in self.rows}))


def build_table(protocol: ProtocolEntry, metrics: Mapping[str, Metric], results: Sequence[Result]) -> Table:
    """Arranges the results of one protocol.

    Args:
        protocol: The protocol.
        metrics: The metrics of its runs, by key.
        results: The methods of all its runs.
    """
    columns = sort_metrics(metrics.values())
    formats = column_formats(columns, results)
    by_method: dict[str, list[Result]] = {}
    for result in results:
        by_method.setdefault(result.method.slug, []).append(result)
    rows = []
    for found in by_method.values():
        found.sort(key=lambda result: (result.run.time, result.run.id), reverse=True)
        history = tuple(make_line(result, columns, formats) for result in found)
        rows.append(Row(found[0].method, history[0], history))
    rows.sort(key=lambda row: (row.method.title.casefold(), row.method.slug))
    runs = {result.run.id: result.run for result in results}
    return Table(
        protocol,
        columns,
        tuple(row for row in rows if not row.method.control),
        tuple(row for row in rows if row.method.control),
        tuple(sorted(runs.values(), key=lambda run: (run.time, run.id), reverse=True)),
    )


def sort_metrics(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Returns metrics by the question that they answer, and by title."""

    def place(metric: Metric) -> tuple[int, str, str]:
        axis = metric.axis if metric.axis in _AXES else "other"
        return _AXES.index(axis), metric.title.casefold(), metric.key

    return tuple(sorted(metrics, key=place))


def column_formats(metrics: Sequence[Metric], results: Sequence[Result]) -> dict[str, NumberFormat]:
    """Returns how the numbers of each metric are written, by its key.

    Args:
        metrics: The metrics.
        results: Everything that stands in their columns.
    """
    return {
        metric.key: number_format([result.scores[metric.key].mean for result in results if metric.key in result.scores])
        for metric in metrics
    }


def make_line(result: Result, metrics: Sequence[Metric], formats: Mapping[str, NumberFormat]) -> Line:
    """Arranges a result as a line of a table.

    Args:
        result: The result.
        metrics: The columns.
        formats: How their numbers are written, by key.
    """
    return Line(result, tuple(_cell(result.scores.get(metric.key), formats[metric.key]) for metric in metrics))


def _cell(score: Score | None, number: NumberFormat) -> Cell:
    if score is None:
        return Cell(NOTHING)
    interval = "" if score.low is None or score.high is None else f"{number(score.low)} to {number(score.high)}"
    return Cell(number(score.mean), interval, f"{score.mean:.6g}", score.circular, score.warning)
