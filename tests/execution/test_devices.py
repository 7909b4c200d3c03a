"""Workers and CUDA devices, on a machine that has none: what PyTorch would say of them is made up."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from benchmark.errors import InputError
from benchmark.execution.bench.step import Step, WorkerFailure
from benchmark.execution.bench.workbench import Workbench
from benchmark.execution.run import execute_run
from benchmark.execution.tasks.task import Result, TaskEnded, TaskFiles
from benchmark.execution.workers.executor import pickle_configuration
from benchmark.execution.workers.local_executor import LocalExecutor
from benchmark.plan.resources import Resources
from benchmark.plan.selection import configure_run
from tests.execution.conftest import wait_for

NO_FILES = TaskFiles()


@dataclass(frozen=True)
class VisibleDevices:
    """A task that reports the devices that a worker sees. It waits for all workers, so that each executes one."""

    folder: Path
    workers: int
    method: str = ""
    title: str = ""
    files: TaskFiles = NO_FILES

    def execute(self, workbench: Workbench) -> str:
        (self.folder / str(os.getpid())).touch()
        wait_for(lambda: len(list(self.folder.iterdir())) == self.workers)
        return os.environ.get("CUDA_VISIBLE_DEVICES", "")

    def after(self, failure: WorkerFailure) -> Result[str]:
        return Result(failure.reason)

    def excluding(self, unusable: Mapping[Step, str]) -> VisibleDevices:
        return self


@pytest.fixture
def configuration(sample_plugins):
    return configure_run(protocol="tiny", methods="identity", metrics="brightness_difference", assignments={})


@pytest.mark.parametrize(("device", "devices", "workers"), [("cuda", 3, 3), ("cuda", 1, 1), ("cpu", 3, 1)])
def test_there_is_one_worker_per_device_unless_told_otherwise(
    configuration, tmp_path, monkeypatch, device, devices, workers
):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: devices)
    started: list[int] = []

    def start(run, directory, resources, number):
        started.extend([resources.workers, number])
        raise InputError("enough is known")

    for resources in (None, Resources(workers=5)):
        with pytest.raises(InputError, match="enough"):
            execute_run(replace(configuration, device=device), tmp_path, resources=resources, start_executor=start)
    number = devices if device == "cuda" else 0
    assert started == [workers, number, 5, number]


@pytest.mark.parametrize(("visible", "seen"), [(None, ["0", "0", "1"]), ("4,GPU-7", ["4", "4", "GPU-7"])])
def test_workers_are_spread_over_the_devices(configuration, tmp_path, monkeypatch, visible, seen):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    (tmp_path / "asked").mkdir()
    tasks = [VisibleDevices(tmp_path / "asked", workers=3)] * 3
    with LocalExecutor(pickle_configuration(configuration), tmp_path, Resources(workers=3, threads=1), 2) as executor:
        events = list(executor.execute(tasks, lambda: False))
    assert sorted(event.result for event in events if isinstance(event, TaskEnded)) == seen
