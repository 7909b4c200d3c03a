"""``benchmark baseline``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_file
from benchmark.escaping import one_line, printable
from benchmark.wording import format_count

if TYPE_CHECKING:
    from benchmark.analysis.gate.snapshot import Snapshot


@click.command(cls=CommandWithExamples, examples=("benchmark baseline runs/first runs/second -o baseline.json",))
@click.argument("runs", nargs=-1, required=True, metavar="RUN [REPEAT]...", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The JSON file to write, to commit.")
def baseline(runs: tuple[Path, ...], out: Path) -> None:
    """Write the scores of a RUN to a small file that later runs are checked against.

    Repetitions of the run, by the same command into other folders, measure how far unchanged code repeats itself: the
    check then tells a change from chance.
    """
    from benchmark.analysis.gate.baseline_file import write_baseline
    from benchmark.analysis.gate.repeats import combine_repeats
    from benchmark.analysis.gate.snapshot import lacking_metrics
    from benchmark.analysis.loading import load_records
    from benchmark.analysis.networks import networks_of_run
    from benchmark.store.cost_columns import DISTURBED
    from benchmark.store.records import UnitStatus
    from benchmark.store.run_directory import RunDirectory

    try_output_file(out, inputs=[file for run in runs for file in RunDirectory(run).files])
    records = [load_records(run) for run in runs]
    snapshot = combine_repeats(records)
    write_baseline(snapshot, out)
    for loaded in records:
        of_run = f"{printable(loaded.directory)}: " if len(records) > 1 else ""
        for warning in loaded.warnings:
            click.echo(f"warning: {of_run}{one_line(warning)}", err=True)
        lacking = lacking_metrics(loaded)
        for reason in dict.fromkeys(lacking.values()):
            names = ", ".join(name for name in lacking if lacking[name] == reason)
            click.echo(f"warning: {of_run}left out of the baseline: {names}: {reason}", err=True)
    for line in networks_of_run(records[0]).lines():
        click.echo(f"note: {one_line(line)}", err=True)
    statuses = [result.status for method in snapshot.methods.values() for result in method.cases.values()]
    failed = statuses.count(UnitStatus.FAILED)
    if failed:
        click.echo(f"warning: {format_count(failed, 'unit')} failed, not compared with later runs", err=True)
    disturbed = sum(result.disturbed for method in snapshot.methods.values() for result in method.cases.values())
    if disturbed or snapshot.calibration_disturbed:
        what = "the calibration" if snapshot.calibration_disturbed else format_count(disturbed, "duration")
        click.echo(f"warning: {what} {DISTURBED}, not compared with later runs", err=True)
    counted = ((snapshot.methods, "method"), (snapshot.metrics, "metric"), (statuses, "unit"))
    contents = ", ".join(format_count(len(things), noun) for things, noun in counted)
    click.echo(f"{printable(out)}: {contents}; {_repetition(snapshot)}")


def _repetition(snapshot: Snapshot) -> str:
    if snapshot.repeats == 1:
        return "one run: how far it repeats itself is not known"
    moving = [name for name, method in snapshot.methods.items() if not method.repeats_exactly]
    what = f"not exact: {', '.join(moving)}" if moving else "every method repeats itself exactly"
    return f"{format_count(snapshot.repeats, 'run')}, {what}"
