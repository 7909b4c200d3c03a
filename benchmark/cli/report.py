"""``benchmark report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from benchmark.errors import InputError
from benchmark.registry import PluginKind, find_plugin


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "name", default="html", show_default=True, help="Format; `benchmark list reports`.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder.  [default: RUN/report; report for several runs]"
)
def report(runs: tuple[Path, ...], name: str, out: Path | None) -> None:
    """Render the records of one or several runs. Scores are never recomputed."""
    click.echo(write_report(runs, name, out or (runs[0] / "report" if len(runs) == 1 else Path("report"))))


def write_report(runs: Sequence[Path], name: str, destination: Path) -> Path:
    """Writes a report.

    Args:
        runs: Folders of the runs.
        name: Name of the format.
        destination: Folder to write to.

    Returns:
        The file to open.

    Raises:
        InputError: A folder holds no run, the format is unknown, or the report cannot be written.
    """
    from benchmark.analysis.loading import load_records

    plugin = find_plugin(PluginKind.REPORTS, name).load()()
    records = [load_records(directory) for directory in runs]
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path: Path = plugin.write(records, destination)
    except OSError as error:
        raise InputError(f"cannot write the report to {destination}: {error.strerror or error}") from error
    return path
