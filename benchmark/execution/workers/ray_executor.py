"""Execution of tasks on a Ray cluster; workers that are lost with a process or a node are replaced."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from benchmark.contracts import MethodResources
from benchmark.errors import InputError
from benchmark.execution.tasks.task import ImageMade, Result, Task, TaskEnded
from benchmark.execution.workers.backlog import Backlog
from benchmark.execution.workers.executor import pickle_configuration
from benchmark.execution.workers.pool import WorkerPool
from benchmark.execution.workers.ray_cluster import connect, import_ray
from benchmark.execution.workers.ray_worker import Demand, RayWorker
from benchmark.execution.workers.remote_worker import Delivery
from benchmark.execution.workers.sent_weights import weights_to_send
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.resources import ExecutorKind, Resources

ResultT = TypeVar("ResultT")
_POLL_SECONDS = 0.25
_SECONDS_TO_END = 15
_FAILURES_PER_WORKER = 3


class RayExecutor(WorkerPool[RayWorker]):
    """Executes tasks with workers on a Ray cluster.

    Inputs are sent to the workers through the object store, and this process alone writes the results: no disk is
    shared.

    Args:
        configuration: The configuration of the run.
        directory: The folder of the run.
        resources: Resources of the run, with all numbers settled.

    Raises:
        InputError: Ray is not installed, or the settings of a plugin cannot be sent to another process.
    """

    def __init__(self, configuration: RunConfiguration, directory: Path, resources: Resources) -> None:
        super().__init__(resources.workers)
        self._ray = import_ray()
        self._run = configuration
        self._pickled = pickle_configuration(configuration)
        self._directory = directory
        self._resources = resources
        self._asks_for_gpus = configuration.device == "cuda"
        self._demands = {
            method.name: self._demand(method.info.resources) for method in configuration.methods if method.info
        }
        self._inputs: dict[Path, Any] = {}
        self._failures = 0

    def __enter__(self) -> Self:
        widest = max((demand.cpus for demand in self._demands.values()), default=1)
        connect(self._resources.address, cpus=math.ceil(max(widest, self._resources.threads) * self._resources.workers))
        self._configuration = self._ray.put(self._pickled)
        # A cluster that is started for the run is on this machine, which has the weights.
        is_elsewhere = bool(self._resources.address)
        self._weights = weights_to_send(self._run, lambda path: self._ray.put(_read(path))) if is_elsewhere else ()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._end([worker for worker in self._workers if worker is not None])
        self._ray.shutdown()

    def _give(self, place: int, task: Task[Any]) -> None:
        worker = self._started(place, self._demands.get(task.method, self._demand(MethodResources())))
        worker.give(task, self._delivery(task, worker))

    def _wait(self, busy: Sequence[RayWorker]) -> None:
        if not all(worker.has_started for worker in busy):
            self._make_room()
        self._ray.wait([worker.waitable for worker in busy], timeout=_POLL_SECONDS)

    def _started(self, place: int, demand: Demand) -> RayWorker:
        worker = self._workers[place]
        if worker is not None and worker.demand != demand:
            self._end([worker])
            worker = None
        if worker is None:
            one = replace(self._resources, executor=ExecutorKind.LOCAL, workers=1)
            worker = self._workers[place] = RayWorker(self._configuration, one, demand, self._weights)
        return worker

    def _demand(self, asked: MethodResources) -> Demand:
        return Demand(
            cpus=self._resources.threads if asked.cpus is None else asked.cpus,
            gpus=asked.gpus if self._asks_for_gpus else 0,
            memory_bytes=asked.memory_bytes or 0,
        )

    def _delivery(self, task: Task[Any], worker: RayWorker) -> Delivery:
        files = task.files
        inputs = {path: self._input(path) for path in files.inputs if path not in worker.inputs}
        for path in files.pictures:
            # The worker misses one that cannot be read here, and its unit fails, as it would on this machine.
            with contextlib.suppress(InputError):
                inputs |= {} if path in worker.inputs else {path: self._input(path)}
        # An image that could not be written is missing, and its unit makes it again.
        kept = [image for image in files.finished if (self._directory / image).is_file()]
        finished = {image: self._ray.put(_read(self._directory / image)) for image in kept}
        return Delivery(inputs, finished)

    def _input(self, path: Path) -> Any:
        if path not in self._inputs:
            self._inputs[path] = self._ray.put(_read(path))
        return self._inputs[path]

    def _events(
        self, place: int, worker: RayWorker, backlog: Backlog[ResultT]
    ) -> Iterator[ImageMade | TaskEnded[ResultT]]:
        task = cast("Task[ResultT]", worker.task)
        for message in worker.messages():
            self._failures = 0
            if isinstance(message, ImageMade):
                yield message
                continue
            self._keep_logs(message.said)
            if not isinstance(message.outcome, Result):
                raise InputError(message.outcome.message)
            yield TaskEnded(task, cast("ResultT", message.outcome.value), message.seconds)
        if worker.failure is None:
            return
        worker.kill()
        self._workers[place] = None
        self._failures += 1
        if self._failures > _FAILURES_PER_WORKER * len(self._workers):
            raise InputError(
                f"{self._failures} workers in a row were lost before they sent anything: {worker.failure.reason}"
            )
        # Ray may place a worker on a node that it does not know to be dead yet: that costs the task nothing.
        left = task.after(worker.failure) if worker.has_started else task
        if isinstance(left, Result):
            yield TaskEnded(task, left.value, worker.seconds)
        else:
            backlog.put_back(left)

    def _keep_logs(self, said: Mapping[str, bytes]) -> None:
        for name, text in said.items():
            log = self._directory / "logs" / name
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as file:
                file.write(text)

    def _make_room(self) -> None:
        """Ends idle workers, to make room on the cluster for workers that wait for it."""
        self._end([worker for worker in self._workers if worker is not None and not worker.task])

    def _end(self, workers: Sequence[RayWorker]) -> None:
        ending = [worker.end() for worker in workers]
        if ending:
            self._ray.wait(ending, num_returns=len(ending), timeout=_SECONDS_TO_END)
        for worker in workers:
            worker.kill()
        self._workers = [None if worker in workers else worker for worker in self._workers]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
