"""A worker process as the run's process sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import connection as connections
from typing import Any

import psutil

from benchmark.execution.bench.step import Action, Step, WorkerFailure
from benchmark.execution.tasks.task import ImageMade, Result, Task
from benchmark.execution.workers.child_process import describe_end, kill, without_main_module
from benchmark.execution.workers.server import HAS_SERVER, start_worker_server, worker_context
from benchmark.execution.workers.worker import Ready, Refused
from benchmark.execution.workers.worker_setup import WorkerSetup
from benchmark.execution.workers.worker_start import start_worker

_SECONDS_TO_END = 5.0
_SECONDS_FOR_TRACEBACK = 0.3
_FOREIGN_SIGNALS = (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM))
_EXIT_CODE_WITHOUT_SERVER = 255
_TOLD_ACTIONS = (Action.PREPARE, Action.WARM_UP, Action.PREPARE_METRIC)


class WorkerProcess:
    """One worker, from its start to its end.

    Args:
        setup: Its setup.

    Attributes:
        task: The task that it executes, or ``None`` if it is idle.
        method: Name of the method that it has prepared.
        is_ready: Whether it has started.
    """

    def __init__(self, setup: WorkerSetup) -> None:
        start_worker_server()
        self._connection, theirs = connections.Pipe()
        with theirs, without_main_module():
            # Not a daemon in the sense of multiprocessing: those may not start processes, which plugins may want.
            self._process: Any = worker_context().Process(  # type: ignore[attr-defined]
                target=start_worker, args=(theirs, setup), name="benchmark worker"
            )
            self._process.start()
        self.task: Task[Any] | None = None
        self.method = ""
        self.is_ready = False
        self._tasks = 0
        self._step: Step | None = None
        self._step_began = self._task_began = time.monotonic()
        self._made: ImageMade | None = None
        self._fault = ""

    @property
    def waitables(self) -> list[Any]:
        """Objects that become ready when it has sent something or has ended."""
        return [self._connection, self._process.sentinel]

    @property
    def seconds(self) -> float:
        """Seconds since it was given its task."""
        return time.monotonic() - self._task_began

    def give(self, task: Task[Any]) -> None:
        """Gives it a task. It must be idle."""
        self.task, self.method = task, task.method
        self._tasks += 1
        self._step, self._made = None, None
        self._step_began = self._task_began = time.monotonic()
        # A failed delivery is noticed where its messages are read.
        with contextlib.suppress(OSError):
            self._connection.send(task)

    def messages(self) -> Iterator[ImageMade | Result[Any] | Refused]:
        """What it has sent and was not read yet."""
        while not self._fault:
            try:
                if not self._connection.poll():
                    return
                message = self._connection.recv()
            except (EOFError, OSError):
                self._fault = "worker closed its connection"
            except Exception as error:
                # Reading garbage may raise anything: a plugin may have written into the connection.
                self._fault = f"worker sent something unreadable ({type(error).__name__})"
            else:
                yield from self._noted(message)

    def _noted(self, message: object) -> Iterator[ImageMade | Result[Any] | Refused]:
        if self.is_ready:
            self._step_began = time.monotonic()
        match message:
            case Ready():
                self.is_ready = True
                self._step_began = self._task_began = time.monotonic()
            case Step():
                self._step = message
            case ImageMade():
                self._made = message
                yield message
            case Result() | Refused():
                self.task = None
                yield message
            case _:
                self._fault = "worker sent something unreadable"

    def is_lost(self) -> bool:
        """Returns whether it has ended, or its connection is broken."""
        return bool(self._fault) or not self._process.is_alive()

    def is_overdue(self, timeout: float) -> bool:
        """Returns whether its current step takes longer than a time in seconds."""
        return self.is_ready and self.task is not None and time.monotonic() - self._step_began > timeout

    def memory_bytes(self) -> int:
        """Returns the resident memory of it and its descendants, in bytes."""
        total = 0
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    total += one.memory_info().rss
        return total

    def stop_for_time(self, timeout: float) -> WorkerFailure:
        """Ends it because a step takes too long; where it was is in its log."""
        if hasattr(signal, "SIGUSR1"):
            with contextlib.suppress(OSError):
                os.kill(self._process.pid, signal.SIGUSR1)
            self._process.join(_SECONDS_FOR_TRACEBACK)
        self.kill()
        return self._failure(f"took longer than {timeout:g} s")

    def stop_for_memory(self, limit: int) -> WorkerFailure:
        """Ends it because it takes too much memory. If it has executed other tasks before, they may be to blame."""
        self.kill()
        return replace(self._failure(f"took more than {limit / 2**30:.3g} GiB of memory"), is_foreign=self._tasks > 1)

    def bury(self) -> WorkerFailure:
        """Says why it was lost, and ends what is left of it."""
        self._process.join(1)
        code = self._process.exitcode
        self.kill()
        if code is None:
            return self._failure(self._fault)
        reason = f"worker {describe_end(code)}"
        if code >= 0:
            return replace(self._failure(reason), is_foreign=code == _EXIT_CODE_WITHOUT_SERVER and HAS_SERVER)
        is_foreign = -code in _FOREIGN_SIGNALS
        reason += "; the system may have run out of memory" if is_foreign else ""
        return replace(self._failure(reason), is_foreign=is_foreign)

    def _failure(self, reason: str) -> WorkerFailure:
        doing = f"{self._step.action}: " if self._step and self._step.action in _TOLD_ACTIONS else ""
        return WorkerFailure(doing + reason, self._step, self._made.record if self._made else None)

    def kill(self) -> None:
        """Ends it now, with all its descendants."""
        kill(self._process)
        self._connection.close()
        self._process.close()

    def end(self) -> None:
        """Lets it clean up and end."""
        with contextlib.suppress(OSError):
            self._connection.send(None)
        self._process.join(_SECONDS_TO_END)
        self.kill()
