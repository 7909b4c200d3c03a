"""The task that measures the machine's speed, in a worker like those of the units, with as many threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from benchmark.execution.bench.calibration import calibrate
from benchmark.execution.bench.step import Step, WorkerFailure
from benchmark.execution.bench.workbench import Workbench
from benchmark.execution.tasks.task import Result, TaskFiles
from benchmark.store.records import Calibration


@dataclass(frozen=True)
class CalibrationTask:
    """A measurement of the fixed workload."""

    method: str = ""
    title: str = "calibration"

    @property
    def files(self) -> TaskFiles:
        """No files: the workload is computed."""
        return TaskFiles()

    def execute(self, workbench: Workbench) -> Calibration | None:
        """Measures."""
        return calibrate(workbench.device, workbench.load)

    def after(self, failure: WorkerFailure) -> Self | Result[None]:
        """Another try for as long as something else is to blame."""
        return self if failure.is_foreign else Result(None)

    def excluding(self, unusable: Mapping[Step, str]) -> Self:  # noqa: ARG002
        """The task: it needs no plugin."""
        return self
