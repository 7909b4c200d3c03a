"""``benchmark report``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder
from benchmark.escaping import printable


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark report runs/mini",
        "benchmark report runs/mini runs/others --format markdown -o comparison",
        "benchmark report runs/mini --format figures --case cat--great_wave --methods adain,gatys,identity",
    ),
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "name", default="html", show_default=True, help="Format; `benchmark list reports`.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder.  [default: RUN/report; report for several runs]"
)
@click.option(
    "--study",
    "studies",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Result of a study, against which metrics are held; may be repeated.",
)
@click.option("--inline", is_flag=True, help="Put the pictures inside the file instead of beside it.")
@click.option(
    "--case",
    "cases",
    multiple=True,
    help="Case that the figure of pictures shows, with --format figures; may be repeated.  [default: those that tell "
    "the methods apart best]",
)
@click.option("--methods", default="", help="Methods and controls that it shows, with commas.  [default: all]")
def report(
    runs: tuple[Path, ...],
    name: str,
    out: Path | None,
    studies: tuple[Path, ...],
    inline: bool,
    cases: tuple[str, ...],
    methods: str,
) -> None:
    """Render the records of one or several RUNS. Scores are never recomputed.

    Runs of one protocol are one table, with comparisons across the runs; those of different protocols stand apart.
    """
    destination = out or (runs[0] / "report" if len(runs) == 1 else Path("report"))
    from benchmark.interface.reports import write_report

    try_output_folder(destination, (*runs, *studies))
    click.echo(
        printable(write_report(runs, name, destination, inline=inline, studies=studies, cases=cases, methods=methods))
    )
