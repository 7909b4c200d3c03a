"""Tasks that are sent to a worker, and the events that come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

from benchmark.execution.bench.step import Step, WorkerFailure
from benchmark.execution.bench.workbench import Workbench
from benchmark.store.journal import UnitRecord

ResultT = TypeVar("ResultT")
ResultT_co = TypeVar("ResultT_co", covariant=True)


@dataclass(frozen=True)
class TaskFiles:
    """The files that a task reads.

    Attributes:
        inputs: Images of the protocol, without which no run goes on.
        finished: Images that the run has made, relative to its folder.
        pictures: Pictures that were made elsewhere, or by a program for all cases; one that cannot be read costs its
            unit alone.
    """

    inputs: tuple[Path, ...] = ()
    finished: tuple[str, ...] = ()
    pictures: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Result(Generic[ResultT_co]):
    """The result of a task."""

    value: ResultT_co


class Task(Protocol[ResultT_co]):
    """A piece of work for a worker. It is sent pickled, and decides how to go on when the worker is lost."""

    @property
    def method(self) -> str:
        """Name of its method, or an empty string; tasks of one method should go to one worker."""

    @property
    def title(self) -> str:
        """Name of the task in the log of the method."""

    @property
    def files(self) -> TaskFiles:
        """The files that it reads, which travel with it to a machine that does not have them."""

    def execute(self, workbench: Workbench) -> ResultT_co:
        """Executes the task, in a worker.

        Raises:
            InputError: An image cannot be read. Errors of a plugin are part of the result instead.
        """

    def after(self, failure: WorkerFailure) -> Self | Result[ResultT_co]:
        """What is left to do, or the result, after the worker that executed the task was lost."""

    def excluding(self, unusable: Mapping[Step, str]) -> Self | Result[ResultT_co]:
        """What is left to do, or the result, without the preparations that have cost a worker.

        Args:
            unusable: Those preparations, with the reasons to record.
        """


@dataclass(frozen=True)
class TaskStarted(Generic[ResultT]):
    """A worker was given a task."""

    task: Task[ResultT]


@dataclass(frozen=True)
class ImageMade:
    """An image was made; it is kept before it is scored.

    Attributes:
        record: The record of its unit, without scores.
        png: The file.
    """

    record: UnitRecord
    png: bytes


@dataclass(frozen=True)
class TaskEnded(Generic[ResultT]):
    """A task ended.

    Attributes:
        task: The task as it was given.
        result: Its result.
        seconds: Its whole duration, in seconds.
    """

    task: Task[ResultT]
    result: ResultT
    seconds: float
