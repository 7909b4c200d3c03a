"""The pool of workers: the part of an executor that does not depend on where its workers are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from benchmark.execution.bench.step import Step
from benchmark.execution.tasks.task import ImageMade, Result, Task, TaskEnded, TaskStarted
from benchmark.execution.workers.backlog import Backlog

ResultT = TypeVar("ResultT")


class Worker(Protocol):
    """A worker as its pool sees it.

    Attributes:
        task: The task that it executes, or ``None`` if it is idle.
        method: Name of the method that it has prepared.
    """

    task: Task[Any] | None
    method: str


WorkerT = TypeVar("WorkerT", bound=Worker)


class WorkerPool(ABC, Generic[WorkerT]):
    """Executes tasks with workers that have one task at a time each, without queues.

    Args:
        places: Number of workers at most. They are started when there is a task for them.
    """

    def __init__(self, places: int) -> None:
        self._workers: list[WorkerT | None] = [None] * places
        self._unusable: dict[Step, str] = {}

    def execute(
        self, tasks: Sequence[Task[ResultT]], is_stopping: Callable[[], bool]
    ) -> Iterator[TaskStarted[ResultT] | ImageMade | TaskEnded[ResultT]]:
        """Executes tasks; see ``Executor``."""
        backlog = Backlog(tasks)
        while True:
            if not is_stopping():
                yield from self._give_tasks(backlog)
            busy = [(place, worker) for place, worker in enumerate(self._workers) if worker and worker.task]
            if not busy:
                if is_stopping() or not backlog:
                    return
                continue
            self._wait([worker for _, worker in busy])
            for place, worker in busy:
                yield from self._events(place, worker, backlog)

    def _give_tasks(self, backlog: Backlog[ResultT]) -> Iterator[TaskStarted[ResultT] | TaskEnded[ResultT]]:
        for place in range(len(self._workers)):
            while backlog and not ((worker := self._workers[place]) and worker.task):
                elsewhere = {other.method for other in self._workers if other and other is not worker}
                task = backlog.take(worker.method if worker else "", elsewhere)
                yield TaskStarted(task)
                left = task.excluding(self._unusable)
                if isinstance(left, Result):
                    yield TaskEnded(task, left.value, 0.0)
                else:
                    self._give(place, left)

    @abstractmethod
    def _give(self, place: int, task: Task[Any]) -> None:
        """Gives a task to the idle worker of a place, or to a new one."""

    @abstractmethod
    def _wait(self, busy: Sequence[WorkerT]) -> None:
        """Waits until a worker has sent something or is lost, or until limits of time and memory are to be checked."""

    @abstractmethod
    def _events(
        self, place: int, worker: WorkerT, backlog: Backlog[ResultT]
    ) -> Iterator[ImageMade | TaskEnded[ResultT]]:
        """What has come of the task of a worker; what is left of the task of a lost one goes back to the backlog."""
