"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmark.contracts.metric import Direction
from benchmark.store.records import UnitStatus

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords, SummaryRow

CIRCULAR: Final = "(…): circular, the method optimised the metric's network"
RANKING_NOTE: Final = f"mean over cases answered; [dim]dim[/dim]: a control; {CIRCULAR}; *: too few images"
"""Printed below the table and not as its caption, which would be folded to the width of few methods."""
_WIDEST: Final = 10_000
_ARROWS = {Direction.HIGHER: "↑", Direction.LOWER: "↓", Direction.NEITHER: ""}


def results_console(columns: int = _WIDEST) -> Console:
    """Standard output for tables.

    Args:
        columns: Fewest columns where it is no terminal: what goes into a file or a log should not be folded at 80. By
            default a table has all that it needs, so that no number and no name is broken.
    """
    console = Console()
    # Not ``is_terminal``, which continuous integration may set for the sake of colours.
    return console if console.file.isatty() else Console(width=max(console.width, columns))


def ranking_table(records: RunRecords) -> Table:
    """Means per metric and method, as ``RANKING_NOTE`` explains them; controls to the right.

    The last row tells of how many cases, where methods answered different ones: their means do not compare.
    """
    table = Table()
    table.add_column("metric", no_wrap=True)
    methods = sorted(records.methods, key=lambda method: method.control)
    for method in methods:
        style = "dim" if method.control else ""
        table.add_column(escape(method.name), justify="right", overflow="fold", style=style, header_style=style)
    rows = {(row.method, row.metric): row for row in records.summary}
    columns = [(metric.name, metric.direction) for metric in records.metrics if not metric.unavailable]
    for column, direction in (*columns, ("seconds", Direction.LOWER)):
        cells = [_cell(rows.get((method.name, column))) for method in methods]
        table.add_row(f"{escape(column)} {_ARROWS[direction]}", *cells)
    done = records.units[records.units["status"] == UnitStatus.OK]
    answered = [frozenset(done.loc[done["method"] == method.name, "case"]) for method in methods]
    if len(set(answered)) > 1:
        counts = (str(len(cases)) for cases in answered)
        table.add_row("cases answered (they differ: means do not compare)", *counts)
    return table


def _cell(row: SummaryRow | None) -> str:
    if row is None or row.mean is None:
        return "–"
    text = f"{row.mean:.3g}{'*' * bool(row.warning)}"
    return f"({text})" if row.circular else text
