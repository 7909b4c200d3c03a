"""The methods at a glance: every anchored score on one scale, from nothing to everything, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis
from reports.formatting import MINUS, NOTHING
from reports.interval_bar import IntervalBar, IntervalScale
from reports.ranking import QUESTIONS
from reports.verdicts import Mark

if TYPE_CHECKING:
    from benchmark.analysis.anchoring import AnchoredScore
    from benchmark.store.records import RunRecords
    from reports.ranking import Cell, Scores

SCALE: Final = IntervalScale(low=-0.25, high=1.25, logarithmic=False)
"""Anchored scores may leave 0 … 1; what leaves this is drawn at its end."""


@dataclass(frozen=True)
class Lane:
    """One anchored score. ``text`` is empty where the controls do not anchor the metric for the method."""

    title: str
    text: str
    interval: str
    bar: IntervalBar | None
    mark: Mark
    circular: bool
    note: str


@dataclass(frozen=True)
class GlanceColumn:
    """An axis with the controls at its ends."""

    axis: str
    title: str
    question: str
    zero: str
    one: str


@dataclass(frozen=True)
class GlanceRow:
    """A method with the lanes of each column and its costs."""

    title: str
    lanes: tuple[tuple[Lane, ...], ...]
    costs: tuple[Cell, ...]


@dataclass(frozen=True)
class Glance:
    """All methods; ``zero`` and ``one`` are where the ends of the scale are drawn."""

    columns: tuple[GlanceColumn, ...]
    costs: tuple[str, ...]
    rows: tuple[GlanceRow, ...]
    zero: float
    one: float


def build_glance(run: RunRecords, anchored: tuple[AnchoredScore, ...], scores: Scores) -> Glance | None:
    """Arranges the anchored scores of a run, or returns ``None`` where its controls anchor none."""
    found = {(entry.metric, entry.method): entry for entry in anchored}
    titles = {method.name: method.title or method.name for method in run.methods}
    metrics = {
        ranking.axis: [column for column in ranking.columns if any(column.name == metric for metric, _ in found)]
        for ranking in scores.rankings
    }
    columns = []
    for axis, anchorable in metrics.items():
        if anchorable:
            ends = next(entry for entry in anchored if entry.metric == anchorable[0].name)
            zero, one = (titles.get(name, name) for name in (ends.zero, ends.one))
            columns.append(GlanceColumn(axis, *QUESTIONS[axis], zero, one))
    if not columns:
        return None
    cells = {
        (row.method, cell.column.name): cell
        for ranking in scores.rankings
        for row in ranking.methods
        for cell in row.cells
    }
    costs = next((ranking.columns for ranking in scores.rankings if ranking.axis == Axis.COST), ())
    rows = scores.rankings[0].methods
    return Glance(
        columns=tuple(columns),
        costs=tuple(column.title for column in costs),
        rows=tuple(
            GlanceRow(
                row.title,
                tuple(
                    tuple(
                        _lane(cells[row.method, metric.name], found.get((metric.name, row.method)))
                        for metric in metrics[column.axis]
                    )
                    for column in columns
                ),
                tuple(cells[row.method, column.name] for column in costs),
            )
            for row in rows
        ),
        zero=SCALE.bar(0, None, None).mean,
        one=SCALE.bar(1, None, None).mean,
    )


def _lane(cell: Cell, entry: AnchoredScore | None) -> Lane:
    title = cell.column.title
    if entry is None:
        return Lane(title, NOTHING, "", None, Mark.NONE, cell.circular, "")
    interval = entry.interval
    return Lane(
        title=title,
        text=_two_digits(entry.score),
        interval=f"{_two_digits(interval.low)} to {_two_digits(interval.high)}" if interval else "",
        bar=SCALE.bar(entry.score, interval.low, interval.high) if interval else SCALE.bar(entry.score, None, None),
        mark=cell.mark,
        circular=cell.circular,
        note=cell.note,
    )


def _two_digits(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)
