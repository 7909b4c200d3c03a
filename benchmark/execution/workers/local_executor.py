"""Execution of tasks in worker processes of this machine; lost ones are replaced."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from multiprocessing import connection as connections
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from benchmark.errors import InputError
from benchmark.execution.bench.step import Action, WorkerFailure
from benchmark.execution.tasks.task import ImageMade, Result, Task, TaskEnded
from benchmark.execution.workers.backlog import Backlog
from benchmark.execution.workers.pool import WorkerPool
from benchmark.execution.workers.process import WorkerProcess
from benchmark.execution.workers.waiting import wait_passively
from benchmark.execution.workers.worker import Refused
from benchmark.execution.workers.worker_setup import WorkerSetup
from benchmark.plan.resources import Resources

ResultT = TypeVar("ResultT")
_POLL_SECONDS = 0.25
_ATTEMPTS_TO_START = 3


class LocalExecutor(WorkerPool[WorkerProcess]):
    """Executes tasks in worker processes that it starts.

    A worker keeps the networks and one prepared method from task to task. If it dies, or is ended because it exceeds a
    limit of time or memory, its task is affected, and it is replaced when there is more to do.

    Args:
        configuration: The configuration of the run, pickled.
        directory: The folder of the run.
        resources: Resources of the run, with all numbers settled.
        devices: Number of CUDA devices, over which the workers are spread.
        copies: Folder with copies of the protocol's images, on a machine that does not have them.
    """

    def __init__(
        self,
        configuration: bytes,
        directory: Path,
        resources: Resources,
        devices: int = 0,
        copies: Path | None = None,
    ) -> None:
        super().__init__(resources.workers)
        # Done before the workers get the environment of this process.
        wait_passively()
        self._configuration = configuration
        self._directory = directory.absolute()
        self._resources = resources
        self._devices = devices
        self._copies = copies
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._workers:
            if worker is not None:
                worker.kill() if error else worker.end()
        log = self._directory / "logs" / "worker.log"
        if log.exists() and not log.stat().st_size:
            log.unlink()

    def _give(self, place: int, task: Task[Any]) -> None:
        self._started(place).give(task)

    def _wait(self, busy: Sequence[WorkerProcess]) -> None:
        connections.wait([item for worker in busy for item in worker.waitables], timeout=_POLL_SECONDS)

    def _started(self, place: int) -> WorkerProcess:
        worker = self._workers[place]
        if worker is not None and worker.is_lost():
            worker.kill()
            worker = None
        if worker is None:
            worker = WorkerProcess(
                WorkerSetup(
                    self._configuration,
                    self._directory,
                    self._environment(place),
                    self._resources.threads,
                    self._copies,
                )
            )
            self._workers[place] = worker
        return worker

    def _environment(self, place: int) -> dict[str, str]:
        if not self._devices:
            return dict(os.environ)
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        names = visible.split(",") if visible else [str(number) for number in range(self._devices)]
        return {**os.environ, "CUDA_VISIBLE_DEVICES": names[place % len(names)]}

    def _events(
        self, place: int, worker: WorkerProcess, backlog: Backlog[ResultT]
    ) -> Iterator[ImageMade | TaskEnded[ResultT]]:
        task, seconds = cast("Task[ResultT]", worker.task), worker.seconds
        for message in worker.messages():
            match message:
                case ImageMade():
                    yield message
                case Result():
                    yield TaskEnded(task, cast("ResultT", message.value), seconds)
                    return
                case Refused():
                    raise InputError(message.message)
        failure = self._failure(worker)
        if failure is None:
            return
        self._workers[place] = None
        if not worker.is_ready:
            self._note_failed_start(failure)
            backlog.put_back(task)
            return
        if failure.step and failure.step.action in (Action.PREPARE, Action.PREPARE_METRIC) and not failure.is_foreign:
            self._unusable[failure.step] = failure.reason
        left = task.after(failure)
        if isinstance(left, Result):
            yield TaskEnded(task, left.value, seconds)
        else:
            backlog.put_back(left)

    def _failure(self, worker: WorkerProcess) -> WorkerFailure | None:
        timeout, limit = self._resources.timeout, self._resources.memory_bytes
        if worker.is_lost():
            return worker.bury()
        if timeout is not None and worker.is_overdue(timeout):
            return worker.stop_for_time(timeout)
        if limit is not None and worker.memory_bytes() > limit:
            return worker.stop_for_memory(limit)
        return None

    def _note_failed_start(self, failure: WorkerFailure) -> None:
        self._failed_starts += 1
        if not failure.is_foreign or self._failed_starts >= _ATTEMPTS_TO_START:
            log = self._directory / "logs" / "worker.log"
            raise InputError(f"a worker process cannot start: {failure.reason}; {log} has what it said")
