"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Direction
from benchmark.store.costs import DISTURBED, PROCESSOR_TIME, TIME
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
    """Returns a console for tables on standard output.

    Args:
        columns: Smallest width where it is no terminal: a table in a file or a log should not be folded at 80
            columns. By default it is as wide as needed, so that no number and no name is broken.
    """
    console = Console()
    # Not ``is_terminal``, which continuous integration may set to get colours.
    return console if console.file.isatty() else Console(width=max(console.width, columns))


def ranking_table(records: RunRecords) -> Table:
    """Returns a table of means by metric and method, explained by ``RANKING_NOTE`` and ``ranking_notes``.

    Controls are at the right. Where methods answered different cases, so that means do not compare, a last row gives
    the numbers of cases.
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
    """Returns the notes below a ranking: networks that stand in for others, and missing metrics with the reasons."""
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
