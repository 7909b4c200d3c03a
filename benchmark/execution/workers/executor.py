"""Executors of the tasks of a run: worker processes of this machine, or of a cluster."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

from benchmark.errors import InputError
from benchmark.execution.tasks.task import ImageMade, Task, TaskEnded, TaskStarted
from benchmark.plan.configuration import RunConfiguration

ResultT = TypeVar("ResultT")


def pickle_configuration(configuration: RunConfiguration) -> bytes:
    """Pickles the configuration of a run for its workers.

    Args:
        configuration: The configuration.

    Raises:
        InputError: The settings of a plugin cannot be sent to another process.
    """
    try:
        return pickle.dumps(configuration)
    except Exception as error:
        # A plugin's settings may raise anything when they are pickled.
        raise InputError(f"the settings of a plugin cannot be sent to a worker process: {error}") from error


class Executor(Protocol):
    """Executes tasks in other processes, and yields the events that come back. It writes no file of the run but logs.

    It is entered once per run. A task whose worker was lost goes on as ``Task.after`` decides.
    """

    def execute(
        self, tasks: Sequence[Task[ResultT]], is_stopping: Callable[[], bool]
    ) -> Iterator[TaskStarted[ResultT] | ImageMade | TaskEnded[ResultT]]:
        """Executes tasks, in any order.

        The caller handles each event before the next one is asked for, so that an image is written before it is scored,
        and at most one result per worker waits.

        Args:
            tasks: The tasks.
            is_stopping: Returns whether no further task is to be started; called often.

        Raises:
            InputError: An image of the protocol cannot be read, or no worker can be started.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
