"""Writes reports of runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.analysis.combination import combine
from benchmark.analysis.loading import load_records
from benchmark.errors import InputError
from benchmark.registry import PluginKind, find_plugin


def write_report(runs: Sequence[Path], name: str, destination: Path, *, inline: bool = False) -> Path:
    """Writes a report. Runs that may be compared are one table in it.

    Args:
        runs: Folders of the runs.
        name: Name of the format.
        destination: Folder to write to.
        inline: Whether pictures are put inside the file.

    Returns:
        The file to open.

    Raises:
        InputError: A folder holds no run, one is there twice, the format is unknown or has no pictures to put inside,
            or the report cannot be written.
    """
    plugin = find_plugin(PluginKind.REPORTS, name).load()
    if inline and not plugin.info.inline:
        raise InputError(f"--inline: the format {plugin.info.name} writes no pictures beside its file")
    if any(destination.exists() and run.exists() and destination.samefile(run) for run in runs):
        raise InputError(f"cannot write to {destination}: it is read; name another folder")
    format_ = plugin(inline=True) if inline else plugin()
    records = combine([load_records(directory) for directory in runs])
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path: Path = format_.write(records, destination)
    except OSError as error:
        raise InputError(f"cannot write the report to {destination}: {error.strerror or error}") from error
    return path
