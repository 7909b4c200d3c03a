"""The first instants of a worker process, before it imports anything that reads its environment. Loads no torch."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmark.execution.workers.child_process import catch_output, end_with_parent


@dataclass(frozen=True)
class Setup:
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


def start_worker(connection: Connection, setup: Setup) -> None:
    """Makes this process one that runs plugins, and executes tasks in it.

    Args:
        connection: To the run's process.
        setup: What to start with.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(setup.environment)
    catch_output(setup.logs / "worker.log")
    end_with_parent()
    # Imported here: not every server that starts workers has it, and PyTorch reads the environment when it is imported.
    from benchmark.execution.workers.worker import serve

    serve(connection, setup)
