"""``benchmark check-run``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.errors import ExitCode
from benchmark.escaping import one_line, printable
from benchmark.wording import format_count


@click.command(
    "check-run",
    cls=CommandWithExamples,
    examples=(
        "benchmark check-run runs/mini",
        "benchmark check-run submissions/*",
    ),
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--protocol", "protocols", multiple=True, metavar="NAME|FILE",
    help="Protocol that runs may be of; may be repeated.  [default: all installed ones]",
)  # fmt: skip
def check_run(runs: tuple[Path, ...], protocols: tuple[str, ...]) -> ExitCode:
    """Check whether RUNS are fit for a leaderboard, one line a problem; exit code 1 if one is not.

    A run must be finished, with every image as its journal says, of a known protocol and on all its cases, and its
    means must follow from its units. A folder that is no run stands for the runs in it.
    """
    from benchmark.interface.submissions import find_runs, known_protocols, problems_of

    folders = find_runs(runs)
    known = known_protocols(protocols)
    unfit = 0
    for folder in folders:
        problems = problems_of(folder, known)
        unfit += bool(problems)
        for problem in problems:
            click.echo(f"{printable(folder)}: {one_line(problem)}")
    click.echo(f"{unfit:,} of {format_count(len(folders), 'run')} unfit" if unfit else "all is well")
    return ExitCode.REGRESSION if unfit else ExitCode.DONE
