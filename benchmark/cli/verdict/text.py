"""A verdict for the terminal."""

from __future__ import annotations

import click

from benchmark.analysis.gate.verdict import Outcome, Verdict
from benchmark.cli.verdict.cells import COLUMNS, cells

_STYLES = {
    Outcome.WORSE: "red",
    Outcome.NEWLY_FAILING: "red",
    Outcome.MISSING: "red",
    Outcome.NOT_COMPARABLE: "yellow",
    Outcome.BETTER: "green",
    Outcome.SAME: "dim",
}


def print_text(verdict: Verdict, *, show_all: bool = False) -> None:
    """Prints a table of the changes for each part, the notes, and a line that sums up.

    Args:
        verdict: The verdict.
        show_all: Whether findings that stayed the same are in the table too.
    """
    from rich.markup import escape
    from rich.table import Table

    from benchmark.cli.tables import results_console

    console = results_console()
    for part in verdict.parts:
        shown = [finding for finding in part.findings if show_all or finding.outcome is not Outcome.SAME]
        if shown:
            title = escape(part.title) if verdict.sources else None
            table = Table(*COLUMNS, title=title, caption="cases (contents × styles); differences are now − before")
            for finding in shown:
                table.add_row(*map(escape, cells(finding)), style=_STYLES[finding.outcome])
            console.print(table)
    for note in verdict.notes:
        click.echo(f"note: {note}")
    if verdict.sources:
        for part in verdict.parts:
            click.echo(part.summary)
    click.echo(verdict.summary)
