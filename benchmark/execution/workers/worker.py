"""The loop of a worker process: it receives tasks, executes them, and sends events and results."""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import signal
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

import torch

from benchmark.errors import InputError
from benchmark.execution.bench.workbench import Workbench
from benchmark.execution.tasks.task import Result, Task
from benchmark.execution.workers.child_process import catch_output, flush_output
from benchmark.execution.workers.worker_setup import WorkerSetup
from benchmark.own_packages import import_own_packages
from benchmark.plan.unit import log_path

_SIGNAL_FOR_TRACEBACK = getattr(signal, "SIGUSR1", None)


@dataclass(frozen=True)
class Ready:
    """The worker is ready for tasks."""


@dataclass(frozen=True)
class Refused:
    """A task cannot be executed because of bad input of the user, so that the run has to stop."""

    message: str


def serve(connection: Connection, setup: WorkerSetup) -> None:
    """Executes tasks until it is sent ``None`` or the run's process has ended.

    Args:
        connection: Connection to the run's process.
        setup: Setup of the worker.
    """
    faulthandler.enable()
    if _SIGNAL_FOR_TRACEBACK is not None:
        faulthandler.register(_SIGNAL_FOR_TRACEBACK)
    torch.set_num_threads(setup.threads)
    # The pickle was written by the run's own process, which has imported the same plugins.
    import_own_packages()
    configuration = pickle.loads(setup.configuration)  # noqa: S301
    workbench = Workbench(configuration, setup.directory, connection.send, setup.copies)
    connection.send(Ready())
    task: Task[object] | None
    method = ""
    while (task := connection.recv()) is not None:
        if task.method != method:
            method = task.method
            catch_output(setup.directory / log_path(method))
        if method:
            _write_line(f"[{task.title}]")
        try:
            result = task.execute(workbench)
        except InputError as error:
            connection.send(Refused(str(error)))
        else:
            flush_output()
            connection.send(Result(result))
    # The process ends, which takes a second if everything imported is searched for garbage first.
    gc.freeze()


def _write_line(line: str) -> None:
    with suppress(OSError):
        os.write(2, f"{line}\n".encode(errors="backslashreplace"))
