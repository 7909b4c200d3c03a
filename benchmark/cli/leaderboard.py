"""``benchmark leaderboard``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder
from benchmark.errors import ExitCode, InputError
from benchmark.escaping import one_line, printable
from benchmark.wording import format_count

_STEP = 100
"""Runs between two lines of progress."""


@click.command(cls=CommandWithExamples, examples=("benchmark leaderboard submissions/* -o site",))
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder of the site.")
@click.option(
    "--protocol", "protocols", multiple=True, metavar="NAME|FILE",
    help="Protocol that runs may be of; may be repeated.  [default: all installed ones]",
)  # fmt: skip
@click.option(
    "--format",
    "name",
    default="leaderboard",
    show_default=True,
    help="Report that is written; `benchmark list reports`.",
)
def leaderboard(runs: tuple[Path, ...], out: Path, protocols: tuple[str, ...], name: str) -> ExitCode:
    """Write a site of RUNS by anybody: a table for each protocol, with history, pictures and badges.

    Every run is checked as by `benchmark check-run`. One that is unfit is named and left out, and the exit code is 1.
    A folder that is no run stands for the runs in it.
    """
    from benchmark.interface.leaderboard import write_leaderboard
    from benchmark.interface.submissions import find_runs, known_protocols

    folders = find_runs(runs)
    try_output_folder(out, (*runs, *folders))
    known = known_protocols(protocols)

    def tell(checked: int) -> None:
        if checked % _STEP == 0:
            click.echo(f"checked {checked:,} of {format_count(len(folders), 'run')}", err=True)

    written = write_leaderboard(folders, name, out, known, tell)
    for folder, problems in written.refused.items():
        more = f" (and {format_count(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
        click.echo(f"left out: {printable(folder)}: {one_line(problems[0])}{more}", err=True)
    if not written.runs:
        raise InputError("no run is fit for the site, so none was written; `benchmark check-run` says what is wrong")
    click.echo(f"{printable(written.path)}: {format_count(written.runs, 'run')}")
    return ExitCode.REGRESSION if written.refused else ExitCode.DONE
