"""``benchmark baseline``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.wording import format_count


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The JSON file to write, to commit.")
def baseline(run: Path, out: Path) -> None:
    """Write the scores of a RUN to a small file that later runs are checked against."""
    from benchmark.analysis.gate.baseline_file import write_baseline
    from benchmark.analysis.gate.snapshot import lacking_metrics, take_snapshot
    from benchmark.analysis.loading import load_records
    from benchmark.store.costs import DISTURBED
    from benchmark.store.records import UnitStatus

    records = load_records(run)
    snapshot = take_snapshot(records)
    write_baseline(snapshot, out)
    for warning in records.warnings:
        click.echo(f"warning: {warning}", err=True)
    lacking = lacking_metrics(records)
    for reason in dict.fromkeys(lacking.values()):
        names = ", ".join(name for name in lacking if lacking[name] == reason)
        click.echo(f"warning: left out of the baseline: {names}: {reason}", err=True)
    statuses = [result.status for method in snapshot.methods.values() for result in method.cases.values()]
    failed = statuses.count(UnitStatus.FAILED)
    if failed:
        click.echo(f"warning: {format_count(failed, 'unit')} failed, not compared with later runs", err=True)
    disturbed = sum(result.disturbed for method in snapshot.methods.values() for result in method.cases.values())
    if disturbed or snapshot.calibration_disturbed:
        what = "the calibration" if snapshot.calibration_disturbed else format_count(disturbed, "duration")
        click.echo(f"warning: {what} {DISTURBED}, not compared with later runs", err=True)
    counted = ((snapshot.methods, "method"), (snapshot.metrics, "metric"), (statuses, "unit"))
    click.echo(f"{out}: {', '.join(format_count(len(things), noun) for things, noun in counted)}")
