"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Direction
from benchmark.store.cost_columns import DISTURBED, PROCESSOR_TIME, TIME
from benchmark.store.records import UnitStatus

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords, SummaryRow

CIRCULAR: Final = "(…): circular, the method optimised the metric's network"
RANKING_NOTE: Final = (
    f"mean over cases answered; [dim]dim[/dim]: a control; {CIRCULAR}; *: too few images; ~: {DISTURBED}"
)
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
    """Means per metric and method, as ``RANKING_NOTE`` and ``ranking_notes`` explain them; controls to the right.

    The last row tells of how many cases, where methods answered different ones: their means do not compare.
    """
    table = Table()
    networks = networks_of_run(records)
    table.add_column("metric", no_wrap=True)
    has_networks = any(networks.of_metrics.values())
    if has_networks:
        table.add_column("network", no_wrap=True)
    methods = sorted(records.methods, key=lambda method: method.control)
    for method in methods:
        style = "dim" if method.control else ""
        name = f"{method.name} {networks.method_mark(method.name)}".rstrip()
        table.add_column(escape(name), justify="right", overflow="fold", style=style, header_style=style)
    rows = {(row.method, row.metric): row for row in records.summary}
    columns = [(metric.name, metric.direction) for metric in records.metrics if not metric.unavailable]
    for column, direction in (*columns, (TIME, Direction.LOWER), (PROCESSOR_TIME, Direction.LOWER)):
        cells = [_cell(rows.get((method.name, column))) for method in methods]
        network = [escape(networks.metric(column))] * has_networks
        table.add_row(f"{escape(column)} {_ARROWS[direction]}", *network, *cells)
    done = records.units[records.units["status"] == UnitStatus.OK]
    answered = [frozenset(done.loc[done["method"] == method.name, "case"]) for method in methods]
    if len(set(answered)) > 1:
        counts = (str(len(cases)) for cases in answered)
        table.add_row("cases answered (they differ: means do not compare)", *[""] * has_networks, *counts)
    return table


def ranking_notes(records: RunRecords) -> list[str]:
    """What else is to be said below a ranking: which networks stand in for others, and which metrics lack, and why."""
    networks = networks_of_run(records)
    missing: dict[str, list[str]] = {}
    for metric in records.metrics:
        if metric.unavailable:
            missing.setdefault(metric.unavailable, []).append(metric.name)
    return [
        *filter(None, (networks.used_stand_ins(), *networks.notes())),
        *(f"unavailable: {', '.join(names)}: {reason}" for reason, names in missing.items()),
    ]


def _cell(row: SummaryRow | None) -> str:
    if row is None or row.mean is None:
        return "–"
    sign = "~" if row.metric == TIME else "*"
    text = f"{row.mean:.3g}{sign * bool(row.warning)}"
    return f"({text})" if row.circular else text
