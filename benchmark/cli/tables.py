"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from benchmark.contracts.metric import Direction

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords

_ARROWS = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NEITHER: ""}


def ranking_table(records: RunRecords) -> Table:
    """Means per method and metric; controls below, circular scores in parentheses."""
    table = Table(
        caption="(…) circular: the metric's network is one that the method optimised · controls below the line"
    )
    table.add_column("method")
    metrics = [metric for metric in records.metrics if not metric.unavailable]
    for metric in metrics:
        table.add_column(f"{escape(metric.name)} {_ARROWS[metric.direction]}", justify="right", overflow="fold")
    table.add_column("seconds ↓", justify="right")
    rows = {(row.method, row.metric): row for row in records.summary}
    for is_control in (False, True):
        for method in (method for method in records.methods if method.control is is_control):
            cells = []
            for column in (*(metric.name for metric in metrics), "seconds"):
                row = rows.get((method.name, column))
                text = "–" if row is None or row.mean is None else f"{row.mean:.3g}"
                cells.append(f"({text})" if row is not None and row.circular else text)
            table.add_row(escape(method.name), *cells)
        table.add_section()
    return table
