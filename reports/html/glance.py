"""The methods at a glance: anchored scores on one scale from one control to the other, and costs.

An axis that the controls do not anchor shows raw means, each metric on a scale of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.summary import time_to_rank_by
from benchmark.contracts.metric import Axis, Direction
from benchmark.store.cost_columns import PROCESSOR_TIME, TIME
from reports.tables.formatting import MINUS, NOTHING
from reports.tables.interval_bar import IntervalBar, IntervalScale
from reports.tables.ranking import QUESTIONS
from reports.tables.verdicts import Mark

if TYPE_CHECKING:
    from benchmark.analysis.anchoring import AnchoredScore, Unanchored
    from benchmark.store.records import RunRecords
    from reports.tables.ranking import Cell, Column, Scores

SCALE: Final = IntervalScale(low=-0.25, high=1.25, logarithmic=False)
"""Anchored scores may leave 0 … 1; what leaves this is drawn at its end."""


@dataclass(frozen=True)
class Lane:
    """One score: an anchored one, or the raw mean in a column that is not anchored.

    ``network`` names the networks that made it, and ``network_mark`` marks those that stand in for published ones.
    """

    title: str
    text: str
    interval: str
    bar: IntervalBar | None
    mark: Mark
    circular: bool
    note: str
    network: str = ""
    network_mark: str = ""


@dataclass(frozen=True)
class GlanceColumn:
    """An axis with the controls at its ends, or, if not ``anchored``, without ends; ``networks`` made its scores."""

    axis: str
    title: str
    question: str
    anchored: bool
    zero: str = ""
    one: str = ""
    networks: tuple[str, ...] = ()


@dataclass(frozen=True)
class GlanceRow:
    """A method with the lanes of each column and its costs; ``stand_ins`` are networks that it uses."""

    title: str
    lanes: tuple[tuple[Lane, ...], ...]
    costs: tuple[Cell, ...]
    stand_ins: str = ""


@dataclass(frozen=True)
class Glance:
    """All methods; ``zero`` and ``one`` are where the ends of the scale are drawn.

    ``refused`` explains which scores have no place between the controls, and why.
    """

    columns: tuple[GlanceColumn, ...]
    costs: tuple[str, ...]
    rows: tuple[GlanceRow, ...]
    zero: float
    one: float
    refused: tuple[str, ...] = ()


def build_glance(
    run: RunRecords, anchored: tuple[AnchoredScore, ...], scores: Scores, unanchored: tuple[Unanchored, ...] = ()
) -> Glance | None:
    """Arranges the scores of a run: anchored, and raw on each axis on which its controls anchor no metric.

    Args:
        run: The run.
        anchored: Its scores between the controls.
        scores: Its tables of scores.
        unanchored: The other scores, each with the reason why it has no place between the controls.

    Returns:
        The table, or ``None`` where no metric ranks.
    """
    found = {(entry.metric, entry.method): entry for entry in anchored}
    reasons = {(entry.metric, entry.method): entry.reason for entry in unanchored}
    titles = {method.name: method.title or method.name for method in run.methods}
    columns: list[GlanceColumn] = []
    metrics: dict[str, list[Column]] = {}
    for ranking in scores.rankings:
        axis = ranking.axis
        if axis == Axis.COST:
            continue
        ranked = [
            column
            for column in ranking.columns
            if not column.is_set_metric and column.direction is not Direction.NEITHER
        ]
        anchorable = [column for column in ranked if any(column.name == metric for metric, _ in found)]
        metrics[axis] = ranked
        networks = tuple(dict.fromkeys(column.network for column in ranked if column.network))
        if anchorable:
            ends = next(entry for entry in anchored if entry.metric == anchorable[0].name)
            zero, one = (titles.get(name, name) for name in (ends.zero, ends.one))
            columns.append(GlanceColumn(axis, *QUESTIONS[axis], True, zero, one, networks))
        elif metrics[axis]:
            columns.append(GlanceColumn(axis, *QUESTIONS[axis], anchored=False, networks=networks))
    if not columns:
        return None
    cells = {
        (row.method, cell.column.name): cell
        for ranking in scores.rankings
        for row in ranking.methods
        for cell in row.cells
    }
    # One measure of time is enough here: the one that methods are ranked by.
    left_out = {TIME, PROCESSOR_TIME} - {time_to_rank_by(run)}
    costs = [
        column
        for ranking in scores.rankings
        if ranking.axis == Axis.COST
        for column in ranking.columns
        if column.name not in left_out
    ]
    rows = scores.rankings[0].methods
    return Glance(
        columns=tuple(columns),
        costs=tuple(column.title for column in costs),
        rows=tuple(
            GlanceRow(
                row.title,
                tuple(
                    tuple(
                        _lane(
                            cells[row.method, metric.name],
                            found.get((metric.name, row.method)),
                            reasons.get((metric.name, ""), reasons.get((metric.name, row.method), "")),
                        )
                        if column.anchored
                        else _raw_lane(cells[row.method, metric.name])
                        for metric in metrics[column.axis]
                    )
                    for column in columns
                ),
                tuple(cells[row.method, column.name] for column in costs),
                row.stand_ins,
            )
            for row in rows
        ),
        zero=SCALE.bar(0, None, None).mean,
        one=SCALE.bar(1, None, None).mean,
        refused=refused_scores(run, unanchored),
    )


def refused_scores(run: RunRecords, unanchored: Sequence[Unanchored]) -> tuple[str, ...]:
    """Explains in sentences why scores have no place between the controls: each reason once, with its metrics.

    Args:
        run: The run.
        unanchored: The scores.
    """
    methods = {method.name: method.title or method.name for method in run.methods}
    metrics = {metric.name: metric.title or metric.name for metric in run.metrics}
    subjects: dict[tuple[str, str], list[str]] = {}
    for entry in unanchored:
        subjects.setdefault((entry.method, entry.reason), []).append(metrics.get(entry.metric, entry.metric))
    sentences = []
    for (method, reason), names in subjects.items():
        of_method = f"{methods.get(method, method)} by " if method else ""
        sentences.append(f"Not between the controls: {of_method}{', '.join(names)}: {reason}.")
    return tuple(sentences)


def _lane(cell: Cell, entry: AnchoredScore | None, reason: str) -> Lane:
    title = cell.column.title
    if entry is None:
        made = (cell.column.network, cell.column.mark)
        note = reason and f"not between the controls: {reason}"
        return Lane(title, NOTHING, "", None, Mark.NONE, cell.circular, note, *made)
    interval = entry.interval
    return Lane(
        title=title,
        text=_two_digits(entry.score),
        interval=f"{_two_digits(interval.low)} to {_two_digits(interval.high)}" if interval else "",
        bar=SCALE.bar(entry.score, interval.low, interval.high) if interval else SCALE.bar(entry.score, None, None),
        mark=cell.mark,
        circular=cell.circular,
        note=cell.note,
        network=cell.column.network,
        network_mark=cell.column.mark,
    )


def _raw_lane(cell: Cell) -> Lane:
    title = f"{cell.column.title} {cell.column.arrow}"
    made = (cell.column.network, cell.column.mark)
    if cell.shared:
        return Lane(title, cell.shared, "", cell.shared_bar, cell.mark, cell.circular, cell.note, *made)
    return Lane(title, cell.text, cell.interval.strip(), cell.bar, cell.mark, cell.circular, cell.note, *made)


def _two_digits(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)
