"""Start of a worker process, before it imports modules that read the environment. Importing this loads no torch."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection

from benchmark.execution.workers.child_process import catch_output, end_with_parent
from benchmark.execution.workers.worker_setup import WorkerSetup


def start_worker(connection: Connection, setup: WorkerSetup) -> None:
    """Makes this process one that runs plugins, and executes tasks in it.

    Args:
        connection: Connection to the run's process.
        setup: Setup of the worker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(setup.environment)
    catch_output(setup.logs / "worker.log")
    end_with_parent()
    # Imported here: not every start server has imported it, and PyTorch reads the environment when it is imported.
    from benchmark.execution.workers.worker import serve

    serve(connection, setup)
