"""``benchmark report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from benchmark.cli.targets import try_output_folder
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.registry import PluginKind, find_plugin


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "name", default="html", show_default=True, help="Format; `benchmark list reports`.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder.  [default: RUN/report; report for several runs]"
)
@click.option("--inline", is_flag=True, help="Put the pictures inside the file instead of beside it.")
def report(runs: tuple[Path, ...], name: str, out: Path | None, inline: bool) -> None:
    """Render the records of one or several runs. Scores are never recomputed."""
    destination = out or (runs[0] / "report" if len(runs) == 1 else Path("report"))
    click.echo(printable(write_report(runs, name, destination, inline=inline)))


def write_report(runs: Sequence[Path], name: str, destination: Path, *, inline: bool = False) -> Path:
    """Writes a report.

    Args:
        runs: Folders of the runs.
        name: Name of the format.
        destination: Folder to write to.
        inline: Whether pictures are put inside the file.

    Returns:
        The file to open.

    Raises:
        InputError: A folder holds no run, the format is unknown or has no pictures to put inside, or the report cannot
            be written.
    """
    from benchmark.analysis.loading import load_records

    plugin = find_plugin(PluginKind.REPORTS, name).load()
    if inline and not plugin.info.inline:
        raise InputError(f"--inline: the format {plugin.info.name} writes no pictures beside its file")
    try_output_folder(destination, runs)
    format_ = plugin(inline=True) if inline else plugin()
    records = [load_records(directory) for directory in runs]
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path: Path = format_.write(records, destination)
    except OSError as error:
        raise InputError(f"cannot write the report to {destination}: {error.strerror or error}") from error
    return path
