"""Writes reports of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.analysis.combination import combine
from benchmark.analysis.loading import load_records
from benchmark.analysis.people import studies_of
from benchmark.errors import InputError, NotComparableError
from benchmark.escaping import printable
from benchmark.registry import PluginKind, find_plugin
from benchmark.store.people import read_result

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


def write_report(
    runs: Sequence[Path], name: str, destination: Path, *, inline: bool = False, studies: Sequence[Path] = ()
) -> Path:
    """Writes a report. Runs that may be compared are one table in it.

    Args:
        runs: Folders of the runs.
        name: Name of the format.
        destination: Folder to write to.
        inline: Whether pictures are put inside the file.
        studies: Results of studies of the runs' pictures, against which metrics are held.

    Returns:
        The file to open.

    Raises:
        NotComparableError: A study is of none of the runs.
        InputError: A folder holds no run, one is there twice, the format is unknown or has no pictures to put inside,
            or the report cannot be written.
    """
    plugin = find_plugin(PluginKind.REPORTS, name).load()
    if inline and not plugin.info.inline:
        raise InputError(f"--inline: the format {plugin.info.name} writes no pictures beside its file")
    if any(destination.exists() and run.exists() and destination.samefile(run) for run in runs):
        raise InputError(f"cannot write to {destination}: it is read; name another folder")
    format_ = plugin(inline=True) if inline else plugin()
    records = _with_people(combine([load_records(directory) for directory in runs]), studies)
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path: Path = format_.write(records, destination)
    except OSError as error:
        raise InputError(f"cannot write the report to {destination}: {error.strerror or error}") from error
    return path


def _with_people(runs: list[RunRecords], studies: Sequence[Path]) -> list[RunRecords]:
    results = {path: read_result(path) for path in studies}
    for path, result in results.items():
        if not any(studies_of(run, [result]) for run in runs):
            raise NotComparableError(
                f"the study {printable(path)} is of none of these runs: it is of other methods or of another protocol"
            )
    return [replace(run, people=studies_of(run, list(results.values()))) for run in runs]
