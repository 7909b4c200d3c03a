"""Tasks that wait: those of one method go to the same worker where that keeps no worker idle."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from typing import Generic, TypeVar

from benchmark.execution.task import Task

ResultT = TypeVar("ResultT")


class Backlog(Generic[ResultT]):
    """Tasks by method, in their order.

    Args:
        tasks: The tasks.
    """

    def __init__(self, tasks: Iterable[Task[ResultT]]) -> None:
        self._waiting: dict[str, deque[Task[ResultT]]] = {}
        for task in tasks:
            self._waiting.setdefault(task.method, deque()).append(task)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self, at_hand: str, elsewhere: Collection[str]) -> Task[ResultT]:
        """Takes the next task for a worker, of an own backlog that is not empty.

        Args:
            at_hand: The method that the worker has prepared.
            elsewhere: The methods that other workers have at hand.
        """
        free = (method for method in self._waiting if method not in elsewhere)
        longest = max(self._waiting, key=lambda method: len(self._waiting[method]))
        method = at_hand if at_hand in self._waiting else next(free, longest)
        task = self._waiting[method].popleft()
        if not self._waiting[method]:
            del self._waiting[method]
        return task

    def put_back(self, task: Task[ResultT]) -> None:
        """Puts a task before all others of its method."""
        self._waiting.setdefault(task.method, deque()).appendleft(task)
