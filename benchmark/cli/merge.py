"""``benchmark merge``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder
from benchmark.escaping import one_line, printable
from benchmark.wording import format_count


@click.command(cls=CommandWithExamples, examples=("benchmark merge runs/mine runs/theirs -o runs/both",))
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged run, new or empty."
)
def merge(runs: tuple[Path, ...], out: Path) -> None:
    """Make one run of several RUNS of one protocol, with the methods of all.

    Every image is checked against its hash. A method that several runs have with the same pictures is taken once; one
    with other pictures gets the name of its run behind its own. The runs stay as they are.
    """
    if len(runs) < 2:
        raise click.UsageError("merges two runs or more, not one")
    from benchmark.interface.merging import merge_runs

    try_output_folder(out, runs)
    outcome = merge_runs(runs, out)
    for note in outcome.notes:
        click.echo(one_line(note), err=True)
    units, methods = format_count(outcome.units, "unit"), format_count(outcome.methods, "method")
    click.echo(f"{printable(out)}: {outcome.status}, {units} of {methods}")
