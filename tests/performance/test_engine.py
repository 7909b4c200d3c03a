"""What the engine itself costs: with a method that does nothing, in this process and in workers."""

from __future__ import annotations

import gc
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.execution.executor import pickle_configuration
from benchmark.execution.local_executor import LocalExecutor
from benchmark.execution.ray_executor import RayExecutor
from benchmark.execution.schedule import SilentObserver, run_units, unfinished
from benchmark.execution.task import Ended, Made, Started
from benchmark.execution.unit_task import UnitTask
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.selection import configure_run
from benchmark.plan.unit import Unit, plan_units
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.store.journal import JournalWriter, UnitRecord, read_journal
from benchmark.store.records import UnitStatus


def cases(number: int) -> list[Case]:
    style = (WeightedStyle(Style("style", prompt="a sketch")),)
    return [Case(Content(f"content{n}", Path("content.png")), style) for n in range(number)]


class DoesNothing:
    """An executor that leaves no image."""

    def execute(self, tasks, is_stopping):
        for task in tasks:
            yield Started(task)
            yield Ended(task, do_nothing(task.unit), 0.0)


def do_nothing(unit: Unit) -> UnitRecord:
    scores = {f"metric{n}": 0.5 for n in range(10)}
    return UnitRecord(unit.method, unit.case.id, UnitStatus.OK, unit.seed, seconds=0.0, scores=scores)


def keep_nothing(made: Made) -> None:
    """Keeps no image."""


def run(path: Path, number: int) -> None:
    units = plan_units(["nothing"], cases(number), seed=0)
    with JournalWriter(path) as journal:
        run_units([UnitTask(unit) for unit in units], DoesNothing(), keep_nothing, journal, SilentObserver())


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
    units = plan_units(["nothing"], cases(10_000), seed=0)
    left = benchmark.pedantic(lambda: unfinished(units, read_journal(path)[0]), rounds=3)
    assert left == []


def test_memory_does_not_grow_with_the_number_of_units(tmp_path):
    def peak(number: int) -> int:
        units = plan_units(["nothing"], cases(number), seed=0)
        # The plan itself, its names included, grows with the number of units; running it must not.
        assert len({unit.image for unit in units}) == number
        tasks = [UnitTask(unit) for unit in units]
        with JournalWriter(tmp_path / str(number)) as journal:
            gc.collect()
            tracemalloc.start()
            run_units(tasks, DoesNothing(), keep_nothing, journal, SilentObserver())
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    # Python itself keeps a few thousand freed tuples for reuse, and gives them up when it collects garbage.
    peak(4_000)
    assert peak(12_000) < peak(4_000) + 100_000
