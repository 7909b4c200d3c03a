"""A worker on a node of a cluster, which keeps copies of input files and runs a worker process for its tasks."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchmark.errors import InputError
from benchmark.execution.bench.inputs import copy_of
from benchmark.execution.tasks.task import ImageMade, Result, Task, TaskEnded
from benchmark.execution.workers.local_executor import LocalExecutor
from benchmark.execution.workers.sent_weights import SentWeights, keep_weights
from benchmark.execution.workers.worker import Refused
from benchmark.plan.resources import Resources
from benchmark.plan.unit import log_path
from benchmark.store.atomic import write_bytes

ResultT = TypeVar("ResultT")
_LONGEST_LOG = 2**20


@dataclass(frozen=True)
class RemoteResult(Generic[ResultT]):
    """A task ended on its node.

    Attributes:
        outcome: Its result, or the reason why the run has to stop.
        seconds: Its whole duration, in seconds.
        said: Output printed meanwhile, by the name of the log.
    """

    outcome: Result[ResultT] | Refused
    seconds: float
    said: Mapping[str, bytes]


@dataclass(frozen=True)
class Delivery:
    """Files that are sent with a task, as references into the object store of the cluster.

    Attributes:
        inputs: Images of the protocol, and pictures made elsewhere, that the worker was not sent before, by path.
        finished: Images that the run has made, by their paths in its folder.
    """

    inputs: Mapping[Path, Any] = field(default_factory=dict)
    finished: Mapping[str, Any] = field(default_factory=dict)


class RemoteWorker:
    """A Ray actor. It reads and writes only a temporary folder and the weights folder of its node.

    Args:
        configuration: The configuration of the run, pickled.
        resources: Resources of the run; this worker has one worker process.
        weights: Weights that this node may lack.

    Raises:
        InputError: The weights cannot be kept on this node.
    """

    def __init__(self, configuration: bytes, resources: Resources, weights: Sequence[SentWeights]) -> None:
        import ray

        keep_weights(weights, ray.get)
        self._kept = contextlib.ExitStack()
        folder = tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True)
        self._directory = Path(self._kept.enter_context(folder), "run")
        self._copies = Path(folder.name, "inputs")
        self._executor = self._kept.enter_context(
            LocalExecutor(configuration, self._directory, resources, copies=self._copies)
        )
        self._read: dict[str, int] = {}

    def execute(self, task: Task[ResultT], delivery: Delivery) -> Iterator[ImageMade | RemoteResult[ResultT]]:
        """Executes a task, and hands over the image that it makes before that is scored.

        Args:
            task: The task.
            delivery: The files that it reads.
        """
        self._unpack(delivery)
        images = set(delivery.finished)
        try:
            for event in self._executor.execute([task], lambda: False):
                match event:
                    case ImageMade():
                        # For the process that scores it if this one is lost; without it that one makes it again.
                        with contextlib.suppress(InputError):
                            write_bytes(self._directory / event.record.image, event.png)
                        images.add(event.record.image)
                        yield event
                    case TaskEnded():
                        yield RemoteResult(Result(event.result), event.seconds, self._said(task))
        except InputError as error:
            yield RemoteResult(Refused(str(error)), 0.0, self._said(task))
        for image in images:
            (self._directory / image).unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the worker process and removes the folder."""
        self._kept.close()

    def _unpack(self, delivery: Delivery) -> None:
        import ray

        # One file at a time: together they may be larger than the memory.
        for path, reference in delivery.inputs.items():
            write_bytes(copy_of(path, self._copies), ray.get(reference))
        for image, reference in delivery.finished.items():
            write_bytes(self._directory / image, ray.get(reference))

    def _said(self, task: Task[ResultT]) -> dict[str, bytes]:
        names = dict.fromkeys(("worker.log", Path(log_path(task.method)).name if task.method else "worker.log"))
        return {name: said for name in names if (said := self._news(name))}

    def _news(self, name: str) -> bytes:
        try:
            with (self._directory / "logs" / name).open("rb") as file:
                size = file.seek(0, 2)
                start = max(self._read.get(name, 0), size - _LONGEST_LOG)
                file.seek(start)
                said = file.read(_LONGEST_LOG)
        except OSError:
            return b""
        self._read[name] = start + len(said)
        return said
