"""``benchmark baseline``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The JSON file to write, to commit.")
def baseline(run: Path, out: Path) -> None:
    """Write the scores of a RUN to a small file that later runs are checked against."""
    from benchmark.analysis.gate.baseline_file import write_baseline
    from benchmark.analysis.gate.snapshot import take_snapshot
    from benchmark.analysis.loading import load_records
    from benchmark.store.records import UnitStatus

    records = load_records(run)
    snapshot = take_snapshot(records)
    write_baseline(snapshot, out)
    for warning in records.warnings:
        click.echo(f"warning: {warning}", err=True)
    statuses = [result.status for method in snapshot.methods.values() for result in method.cases.values()]
    failed = statuses.count(UnitStatus.FAILED)
    if failed:
        click.echo(f"warning: {failed} units failed; they are not compared with later runs", err=True)
    click.echo(f"{out}: {len(snapshot.methods)} methods, {len(snapshot.metrics)} metrics, {len(statuses)} units")
