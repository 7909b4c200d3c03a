"""A worker on a Ray cluster as the run's process sees it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import InputError, describe_error
from benchmark.execution.bench.step import WorkerFailure
from benchmark.execution.tasks.task import ImageMade, Task
from benchmark.execution.workers.ray_cluster import import_ray, require_room
from benchmark.execution.workers.remote_worker import Delivery, RemoteResult, RemoteWorker
from benchmark.execution.workers.sent_weights import SentWeights
from benchmark.plan.resources import Resources


@dataclass(frozen=True)
class Demand:
    """The resources that a worker asks the cluster for.

    Attributes:
        cpus: Number of cores.
        gpus: Number or share of CUDA devices.
        memory_bytes: Reserved memory.
    """

    cpus: float
    gpus: float = 0
    memory_bytes: int = 0

    def by_name(self) -> dict[str, float]:
        """Returns the resources by Ray's names, without zeros."""
        named = {"CPU": self.cpus, "GPU": self.gpus, "memory": self.memory_bytes}
        return {name: amount for name, amount in named.items() if amount}


class RayWorker:
    """One worker, from its start to its end.

    Args:
        configuration: The configuration of the run, pickled, as a reference into the object store.
        resources: Resources of the run; the worker has one worker process.
        demand: Resources that it asks the cluster for.
        weights: Weights that its node may lack.

    Attributes:
        demand: Resources that it asks the cluster for.
        task: The task that it executes, or ``None`` if it is idle.
        method: Name of the method that it has prepared.
        inputs: The images of the protocol, and the pictures made elsewhere, that it has been sent.
        failure: How it was lost, or ``None``.

    Raises:
        InputError: No node is large enough.
    """

    def __init__(
        self, configuration: Any, resources: Resources, demand: Demand, weights: Sequence[SentWeights]
    ) -> None:
        require_room(demand.by_name())
        self._ray = import_ray()
        actor = self._ray.remote(RemoteWorker).options(
            num_cpus=demand.cpus,
            num_gpus=demand.gpus,
            memory=demand.memory_bytes or None,
            scheduling_strategy="SPREAD",
        )
        self._actor = actor.remote(configuration, resources, weights)
        self._room = self._actor.__ray_ready__.remote()
        self._has_started = False
        self.demand = demand
        self.task: Task[Any] | None = None
        self.method = ""
        self.inputs: set[Path] = set()
        self.failure: WorkerFailure | None = None
        self._events: Any = None
        self._began = 0.0
        self._made: ImageMade | None = None

    @property
    def waitable(self) -> Any:
        """Object that becomes ready when it has sent something or was lost."""
        return self._events

    @property
    def seconds(self) -> float:
        """Seconds since it was given its task."""
        return time.monotonic() - self._began

    @property
    def has_started(self) -> bool:
        """Whether the cluster has found room for it, and it has started on a node."""
        if not self._has_started and self._is_ready(self._room):
            # Ray reports the reference as ready, too, if the worker was lost before it started; ``get`` then raises.
            with contextlib.suppress(self._ray.exceptions.RayError):
                self._ray.get(self._room)
                self._has_started = True
        return self._has_started

    def give(self, task: Task[Any], delivery: Delivery) -> None:
        """Gives it a task. It must be idle."""
        self.task, self.method, self._made = task, task.method, None
        self.inputs |= delivery.inputs.keys()
        self._began = time.monotonic()
        self._events = self._actor.execute.options(num_returns="streaming").remote(task, delivery)

    def messages(self) -> Iterator[ImageMade | RemoteResult[Any]]:
        """What it has sent and was not read yet.

        Raises:
            InputError: It cannot start.
        """
        while self.task is not None and self.failure is None and self._is_ready(self._events):
            try:
                message = self._ray.get(next(self._events))
            except self._ray.exceptions.RayTaskError as error:
                self._note_failure(describe_error(error.cause))
            except self._ray.exceptions.RayError as error:
                if getattr(error, "actor_init_failed", False):
                    raise InputError(f"a worker cannot start on the Ray cluster: {describe_error(error)}") from error
                self._note_failure(f"its process or its node has ended ({type(error).__name__})")
            else:
                match message:
                    case ImageMade():
                        self._made = message
                    case RemoteResult():
                        self.task = None
                yield message

    def end(self) -> Any:
        """Lets it begin to clean up; ``kill`` has to follow.

        Returns:
            An object that becomes ready when it has finished.
        """
        return self._actor.close.remote()

    def kill(self) -> None:
        """Ends it now."""
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(self._actor)

    def _is_ready(self, waitable: Any) -> bool:
        return bool(self._ray.wait([waitable], timeout=0)[0])

    def _note_failure(self, reason: str) -> None:
        self.failure = WorkerFailure(
            f"worker was lost: {reason}", made=self._made.record if self._made else None, is_foreign=True
        )
