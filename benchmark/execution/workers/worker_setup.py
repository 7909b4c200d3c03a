"""What a worker process starts with. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class WorkerSetup:
    """What a worker starts with.

    Attributes:
        configuration: What is run, pickled: reading it imports plugins, which must not happen before their output is
            caught.
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
        """Folder of what is printed."""
        return self.directory / "logs"
