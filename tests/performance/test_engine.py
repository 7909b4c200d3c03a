"""Costs of the engine itself: with a method that does nothing, in this process and in workers."""

from __future__ import annotations

import gc
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.execution.schedule import SilentObserver, run_units
from benchmark.execution.tasks.remaining_tasks import RemainingTasks
from benchmark.execution.tasks.task import ImageMade, TaskEnded, TaskStarted
from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.execution.workers.executor import pickle_configuration
from benchmark.execution.workers.local_executor import LocalExecutor
from benchmark.execution.workers.ray_executor import RayExecutor
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.plan import Plan
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.selection import configure_run
from benchmark.plan.unit import Unit
from benchmark.protocol.case import Content, Style
from benchmark.protocol.crossed_cases import CrossedCases
from benchmark.store.journal import JournalWriter, UnitRecord
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus


class DoesNothing:
    """An executor that leaves no image."""

    def execute(self, tasks, is_stopping):
        for task in tasks:
            yield TaskStarted(task)
            yield TaskEnded(task, do_nothing(task.unit), 0.0)


def do_nothing(unit: Unit) -> UnitRecord:
    scores = {f"metric{n}": 0.5 for n in range(10)}
    return UnitRecord(unit.method, unit.case.id, UnitStatus.OK, unit.seed, seconds=0.0, scores=scores)


def keep_nothing(made: ImageMade) -> None:
    """Keeps no image."""


def planned(number: int) -> Plan:
    contents = tuple(Content(f"content{n}", Path("content.png")) for n in range(number // 100))
    styles = tuple(Style(f"style{n}", prompt="a sketch") for n in range(100))
    return Plan(("nothing",), CrossedCases(contents, styles), seed=0)


def run(path: Path, number: int) -> None:
    left = RemainingTasks(JournalIndex(path, planned(number)))
    with JournalWriter(path) as journal:
        run_units(left, DoesNothing(), keep_nothing, journal, SilentObserver())


@pytest.mark.benchmark(group="engine: run")
@pytest.mark.parametrize("number", [1_000, 10_000])
def test_run_units(benchmark, tmp_path, number):
    paths = (tmp_path / str(n) for n in range(1000))
    benchmark.pedantic(lambda: run(next(paths), number), rounds=3)
    benchmark.extra_info["milliseconds per unit"] = benchmark.stats["mean"] / number * 1000


@pytest.fixture
def thousand_units(sample_plugins) -> RunConfiguration:
    """A control that returns the content, scored once, on 1,000 cases at 32 px."""
    configuration = configure_run(
        protocol="tiny", methods="keeps_content", metrics="brightness_difference", assignments={}
    )
    protocol = configuration.protocol
    repeated = tuple(replace(case, seed=seed) for case in protocol.cases[:4] for seed in range(250))
    return replace(configuration, protocol=replace(protocol, cases=repeated))


@pytest.mark.benchmark(group="engine: workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_run_1000_units_in_workers(benchmark, tmp_path, thousand_units, workers):
    tasks = [UnitTask(unit) for unit in thousand_units.units()]
    with LocalExecutor(
        pickle_configuration(thousand_units), tmp_path, Resources(workers=workers, threads=1)
    ) as executor:

        def run_all() -> None:
            with JournalWriter(tmp_path / "journal.jsonl") as journal:
                run_units(tasks, executor, keep_nothing, journal, SilentObserver())

        benchmark.pedantic(run_all, rounds=3, warmup_rounds=1)
    benchmark.extra_info["milliseconds per unit"] = benchmark.stats["mean"] / len(tasks) * 1000


@pytest.mark.timeout(600)
@pytest.mark.benchmark(group="engine: workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_run_1000_units_on_ray(benchmark, tmp_path, thousand_units, sample_plugins, monkeypatch, workers):
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", str(sample_plugins))
    tasks = [UnitTask(unit) for unit in thousand_units.units()]
    with RayExecutor(thousand_units, tmp_path, Resources(ExecutorKind.RAY, workers, threads=1)) as executor:

        def run_all() -> None:
            with JournalWriter(tmp_path / "journal.jsonl") as journal:
                run_units(tasks, executor, keep_nothing, journal, SilentObserver())

        benchmark.pedantic(run_all, rounds=3, warmup_rounds=1)
    benchmark.extra_info["milliseconds per unit"] = benchmark.stats["mean"] / len(tasks) * 1000


def test_a_worker_starts_within_a_second_once_the_first_has(tmp_path, thousand_units):
    def start_one() -> float:
        began = time.perf_counter()
        with LocalExecutor(pickle_configuration(thousand_units), tmp_path, Resources(workers=1, threads=1)) as executor:
            list(executor.execute([UnitTask(thousand_units.units()[0])], lambda: False))
        return time.perf_counter() - began

    start_one()
    assert min(start_one() for _ in range(5)) < 1


@pytest.mark.benchmark(group="engine: resume")
def test_resume_10000_finished_units(benchmark, tmp_path):
    path = tmp_path / "journal.jsonl"
    run(path, 10_000)
    left = benchmark.pedantic(lambda: RemainingTasks(JournalIndex(path, planned(10_000))), rounds=3)
    assert len(left) == 0


def test_memory_hardly_grows_with_the_number_of_units(tmp_path):
    def peak(number: int) -> int:
        path = tmp_path / str(number)
        gc.collect()
        tracemalloc.start()
        run(path, number)
        assert len(RemainingTasks(JournalIndex(path, planned(number)))) == 0
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # Pydantic keeps the last 16,384 short strings that it has read. A record of each unit would be 8 MB.
    peak(4_000)
    assert peak(12_000) < peak(4_000) + 8_000 * 60 + 1_300_000
