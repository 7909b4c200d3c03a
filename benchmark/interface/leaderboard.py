"""Writes a site of many runs, of which only the sound ones are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from benchmark.analysis.loading import load_records
from benchmark.errors import InputError
from benchmark.interface.submissions import KnownProtocols, problems_of
from benchmark.registry import PluginKind, find_plugin

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


@dataclass(frozen=True)
class Leaderboard:
    """What was written.

    Attributes:
        path: The file to open.
        runs: Number of the runs that it shows.
        refused: What is wrong with the others, by their folders.
    """

    path: Path
    runs: int
    refused: dict[Path, list[str]]


class RunsOnDisk(Sequence["RunRecords"]):
    """Runs that are read when they are asked for: thousands of them need the memory of one.

    Args:
        folders: Their folders.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def __len__(self) -> int:
        return len(self._folders)

    @overload
    def __getitem__(self, index: int) -> RunRecords: ...

    @overload
    def __getitem__(self, index: slice) -> RunsOnDisk: ...

    def __getitem__(self, index: int | slice) -> RunRecords | RunsOnDisk:
        return RunsOnDisk(self._folders[index]) if isinstance(index, slice) else load_records(self._folders[index])


def write_leaderboard(
    folders: Sequence[Path], name: str, destination: Path, known: KnownProtocols, tell: Callable[[int], None]
) -> Leaderboard:
    """Checks runs, and writes the site of those in which nothing is wrong.

    Args:
        folders: Folders of the runs.
        name: Name of the report that is the site.
        destination: Folder to write to.
        known: The protocols that runs may be of.
        tell: Is called with the number of runs that are checked, after each.

    Raises:
        InputError: No run is sound, the report is unknown, or the site cannot be written.
    """
    report = find_plugin(PluginKind.REPORTS, name).load()()
    refused: dict[Path, list[str]] = {}
    for number, folder in enumerate(folders, start=1):
        if problems := problems_of(folder, known):
            refused[folder] = problems
        tell(number)
    sound = [folder for folder in folders if folder not in refused]
    if not sound:
        return Leaderboard(destination, 0, refused)
    try:
        destination.mkdir(parents=True, exist_ok=True)
        path: Path = report.write(RunsOnDisk(sound), destination)
    except OSError as error:
        raise InputError(f"cannot write the site to {destination}: {error.strerror or error}") from error
    return Leaderboard(path, len(sound), refused)
