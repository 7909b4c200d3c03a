"""Setup of a worker process. Importing this loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WorkerSetup:
    """The setup of a worker.

    Attributes:
        configuration: The configuration of the run, pickled: reading it imports plugins, whose output must be caught
            before.
        directory: The folder of the run.
        environment: The environment variables of the process that started the run, with those of this worker.
        threads: Number of threads.
        copies: Folder with copies of the protocol's images, on a machine that does not have them.
    """

    configuration: bytes
    directory: Path
    environment: Mapping[str, str]
    threads: int
    copies: Path | None = None

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.directory / "logs"
