"""The file that says where a run was logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from benchmark.store.atomic import write_json

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True)
class LoggedRow:
    """What the tracker has of a run, or of one of its methods.

    Attributes:
        name: Name of the run's folder, or of the method.
        id: Identifier in the tracker.
        address: Where it can be seen: an address, or a folder.
        outcome: ``new``, ``updated``, or ``replaced`` where the tracker does not change what it holds.
        pictures: Number of its pictures that are there.
    """

    name: str
    id: str
    address: str
    outcome: str
    pictures: int = 0


@dataclass(frozen=True)
class LoggedRun:
    """A run in a tracker, and its methods there."""

    run: LoggedRow
    methods: tuple[LoggedRow, ...]


def write_receipt(path: Path, place: str, group: str, runs: Sequence[LoggedRun], see: str) -> Path:
    """Writes where runs were logged, as JSON.

    Args:
        path: The file.
        place: Address of the tracker, or a folder.
        group: Experiment or project.
        runs: The runs.
        see: The command that shows them, or what to do next.

    Returns:
        The file.

    Raises:
        InputError: It cannot be written.
    """
    content = {"schema_version": SCHEMA_VERSION, "place": without_password(place), "group": group, "see": see}
    write_json(path, {**content, "runs": [asdict(run) for run in runs]})
    return path


def without_password(address: str) -> str:
    """Returns an address without the user and password that it may hold.

    Args:
        address: Any text.
    """
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=host)) if "@" in parts.netloc else address
    except ValueError:
        return address
