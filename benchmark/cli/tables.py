"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmark.analysis.means_table import CASES_DIFFER, CIRCULAR, SIGNS

if TYPE_CHECKING:
    from benchmark.analysis.means_table import MeansTable

RANKING_NOTE: Final = f"mean over cases answered; [dim]dim[/dim]: a control; {CIRCULAR}; {SIGNS}"
"""Printed below the table and not as its caption, which would be folded to the width of few methods."""
_WIDEST: Final = 10_000


def results_console(columns: int = _WIDEST) -> Console:
    """Returns a console for tables on standard output.

    Args:
        columns: Smallest width where it is no terminal: a table in a file or a log should not be folded at 80
            columns. By default it is as wide as needed, so that no number and no name is broken.
    """
    console = Console()
    # Not ``is_terminal``, which continuous integration may set to get colours.
    return console if console.file.isatty() else Console(width=max(console.width, columns))


def ranking_table(means: MeansTable, *, with_intervals: bool = False) -> Table:
    """Means per metric and method, as ``RANKING_NOTE`` and the table's own notes explain them; controls to the right.

    The last row tells of how many cases, where methods answered different ones: their means do not compare.

    Args:
        means: The means.
        with_intervals: Whether each mean has its 95 % interval beside it.
    """
    table = Table()
    table.add_column("metric", no_wrap=True)
    if means.has_networks:
        table.add_column("network", no_wrap=True)
    for method in means.methods:
        style = "dim" if method.control else ""
        table.add_column(escape(method.label), justify="right", overflow="fold", style=style, header_style=style)
    for metric in means.metrics:
        network = [escape(metric.network)] * means.has_networks
        table.add_row(
            escape(metric.label),
            *network,
            *map(escape, metric.cells_with_intervals if with_intervals else metric.cells),
        )
    if means.answered:
        table.add_row(CASES_DIFFER, *[""] * means.has_networks, *map(str, means.answered))
    return table
