"""What executes the tasks of a run: the worker processes of this machine, or those of a cluster."""

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
    """What is run, as it is sent to workers.

    Args:
        configuration: What is run.

    Raises:
        InputError: The settings of a plugin cannot be sent to another process.
    """
    try:
        return pickle.dumps(configuration)
    except Exception as error:
        # Whatever a plugin's settings raise when they are pickled.
        raise InputError(f"the settings of a plugin cannot be sent to a worker process: {error}") from error


class Executor(Protocol):
    """Executes tasks somewhere else, and hands over what comes back. It writes nothing of the run but logs.

    It is entered once per run. A task that costs the process that executes it goes on as ``Task.after`` says.
    """

    def execute(
        self, tasks: Sequence[Task[ResultT]], is_stopping: Callable[[], bool]
    ) -> Iterator[TaskStarted[ResultT] | ImageMade | TaskEnded[ResultT]]:
        """Executes tasks, in any order.

        What is yielded is dealt with before more is handed over, so that an image is kept before it is scored, and no
        more than one result per worker waits.

        Args:
            tasks: The tasks.
            is_stopping: Whether no further task is to be started; asked often.

        Raises:
            InputError: An image of the protocol cannot be read, or no worker can be started.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
