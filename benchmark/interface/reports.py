"""Writes reports of runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.analysis.combination import combine
from benchmark.analysis.loading import load_records
from benchmark.analysis.people import studies_of, with_studies
from benchmark.errors import InputError, NotComparableError
from benchmark.escaping import printable
from benchmark.registry import PluginKind, find_plugin
from benchmark.store.people import read_result
from benchmark.study.method_names import join_names
from benchmark.suggestion import nearest_name

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


def write_report(
    runs: Sequence[Path],
    name: str,
    destination: Path,
    *,
    inline: bool = False,
    studies: Sequence[Path] = (),
    cases: Sequence[str] = (),
    methods: str = "",
) -> Path:
    """Writes a report. Runs that may be compared are one table in it.

    Args:
        runs: Folders of the runs.
        name: Name of the format.
        destination: Folder to write to.
        inline: Whether pictures are put inside the file.
        studies: Results of studies of the runs' pictures, against which metrics are held.
        cases: Names of the cases whose pictures are shown, where the format lets them be chosen.
        methods: Names of the methods whose pictures are shown, separated by commas.

    Returns:
        The file to open.

    Raises:
        NotComparableError: A study is of none of the runs.
        InputError: A folder holds no run, one is there twice, the format is unknown or has no pictures to put inside
            or to choose, no run has a case or a method of that name, or the report cannot be written.
    """
    plugin = find_plugin(PluginKind.REPORTS, name).load()
    if inline and not plugin.info.inline:
        raise InputError(f"--inline: the format {plugin.info.name} writes no pictures beside its file")
    if (cases or methods) and not plugin.info.chosen:
        raise InputError(f"--case, --methods: the format {plugin.info.name} has no figure of chosen pictures")
    if any(destination.exists() and run.exists() and destination.samefile(run) for run in runs):
        raise InputError(f"cannot write to {destination}: it is read; name another folder")
    records = _with_people(combine([load_records(directory) for directory in runs]), studies)
    arguments: dict[str, Any] = {"inline": True} if inline else {}
    if cases or methods:
        arguments |= {"cases": _cases(records, cases), "methods": _methods(records, methods)}
    format_ = plugin(**arguments)
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path: Path = format_.write(records, destination)
    except OSError as error:
        raise InputError(f"cannot write the report to {destination}: {error.strerror or error}") from error
    return path


def _cases(runs: Sequence[RunRecords], names: Sequence[str]) -> tuple[str, ...]:
    return _known("--case", "case", dict.fromkeys(names), {case.id for run in runs for case in run.cases})


def _methods(runs: Sequence[RunRecords], names: str) -> tuple[str, ...]:
    known = {method.name for run in runs for method in run.methods}
    return _known("--methods", "method", join_names(names.split(","), known), known)


def _known(option: str, noun: str, names: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    names = tuple(names)
    for name in names:
        if name not in known:
            near = nearest_name(name, known) or min(known, default="")
            advice = f"; is it {printable(near)}?" if near else ""
            raise InputError(f"{option}: there is no {noun} {printable(name)} in these runs{advice}")
    return names


def _with_people(runs: list[RunRecords], studies: Sequence[Path]) -> list[RunRecords]:
    results = {path: read_result(path) for path in studies}
    for path, result in results.items():
        if not any(studies_of(run, [result]) for run in runs):
            raise NotComparableError(
                f"the study {printable(path)} is of none of these runs: it is of other methods or of another protocol"
            )
    return [with_studies(run, list(results.values())) for run in runs]
