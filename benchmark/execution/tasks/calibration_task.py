"""The task that measures the machine's speed, in a worker like those of the units, with as many threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from benchmark.execution.bench.calibration import calibrate
from benchmark.execution.bench.step import Loss, Step
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

    def after(self, loss: Loss) -> Self | Result[None]:
        """Tries again as long as something other than the task may be the cause."""
        return self if loss.is_foreign else Result(None)

    def sparing(self, unusable: Mapping[Step, str]) -> Self:  # noqa: ARG002
        """Returns the task itself, which needs no plugin."""
        return self
