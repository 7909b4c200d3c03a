"""The file that says where a run was logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from benchmark.store.atomic import write_json

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True)
class LoggedRow:
    """What the tracker has of a run, or of one of its methods.

    Attributes:
        name: Name of the run's folder, or of the method.
        id: Identifier in the tracker.
        address: Where it can be seen: an address, or a folder, seen from that of the receipt.
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


def write_receipt(path: Path, tracking_uri: str, experiment: str, runs: Sequence[LoggedRun], command: str) -> Path:
    """Writes where runs were logged, as JSON.

    Args:
        path: The file.
        tracking_uri: Address of the tracker without a password, or a folder.
        experiment: Experiment or project.
        runs: The runs.
        command: The command that shows or sends them, for the folder of the file; or the address to open.

    Returns:
        The file.

    Raises:
        InputError: It cannot be written.
    """
    content = {
        "schema_version": SCHEMA_VERSION,
        "tracking_uri": tracking_uri,
        "experiment": experiment,
        "command": command,
    }
    write_json(path, {**content, "runs": [asdict(run) for run in runs]})
    return path
