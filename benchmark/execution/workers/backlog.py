"""Waiting tasks; those of one method go to the same worker as long as no worker is idle because of that."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from benchmark.execution.tasks.task import Task

ResultT = TypeVar("ResultT")


class Backlog(Generic[ResultT]):
    """Tasks by method, in their order.

    Only the positions of waiting tasks are kept, so that the tasks may be made on demand.

    Args:
        tasks: The tasks, preferably with those of a method beside each other.
    """

    def __init__(self, tasks: Sequence[Task[ResultT]]) -> None:
        self._tasks = tasks
        self._waiting: dict[str, deque[range]] = {}
        self._returned: dict[str, list[Task[ResultT]]] = {}
        start = 0
        for method, neighbours in itertools.groupby(tasks, key=lambda task: task.method):
            end = start + sum(1 for _ in neighbours)
            self._waiting.setdefault(method, deque()).append(range(start, end))
            start = end

    def __bool__(self) -> bool:
        return bool(self._waiting or self._returned)

    def take(self, at_hand: str, elsewhere: Collection[str]) -> Task[ResultT]:
        """Takes the next task for a worker. The backlog must not be empty.

        Args:
            at_hand: The method that the worker has prepared.
            elsewhere: The methods that other workers have at hand.
        """
        methods = dict.fromkeys([*self._waiting, *self._returned])
        if at_hand in methods:
            return self._next(at_hand)
        free = (method for method in methods if method not in elsewhere)
        return self._next(next(free, max(methods, key=self._left)))

    def put_back(self, task: Task[ResultT]) -> None:
        """Puts a task back, before all others of its method."""
        self._returned.setdefault(task.method, []).append(task)

    def _left(self, method: str) -> int:
        return sum(map(len, self._waiting.get(method, ()))) + len(self._returned.get(method, ()))

    def _next(self, method: str) -> Task[ResultT]:
        if returned := self._returned.get(method):
            task = returned.pop()
            if not returned:
                del self._returned[method]
            return task
        runs = self._waiting[method]
        first = runs.popleft()
        if len(first) > 1:
            runs.appendleft(first[1:])
        elif not runs:
            del self._waiting[method]
        return self._tasks[first.start]
