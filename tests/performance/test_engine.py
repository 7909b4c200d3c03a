"""What the engine itself costs: with a method that does nothing and leaves no image."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from benchmark.execution.schedule import SilentObserver, run_units, unfinished
from benchmark.plan.unit import Unit, plan_units
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.store.journal import JournalWriter, UnitRecord, read_journal
from benchmark.store.records import UnitStatus


def cases(number: int) -> list[Case]:
    style = (WeightedStyle(Style("style", prompt="a sketch")),)
    return [Case(Content(f"content{n}", Path("content.png")), style) for n in range(number)]


def do_nothing(unit: Unit) -> UnitRecord:
    scores = {f"metric{n}": 0.5 for n in range(10)}
    return UnitRecord(unit.method, unit.case.id, UnitStatus.OK, unit.seed, seconds=0.0, scores=scores)


def run(path: Path, number: int) -> None:
    units = plan_units(["nothing"], cases(number), seed=0)
    with JournalWriter(path) as journal:
        run_units(units, do_nothing, journal, SilentObserver())


@pytest.mark.benchmark(group="engine: run")
@pytest.mark.parametrize("number", [1_000, 10_000])
def test_run_units(benchmark, tmp_path, number):
    paths = (tmp_path / str(n) for n in range(1000))
    benchmark.pedantic(lambda: run(next(paths), number), rounds=3)
    benchmark.extra_info["milliseconds per unit"] = benchmark.stats["mean"] / number * 1000


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
        with JournalWriter(tmp_path / str(number)) as journal:
            tracemalloc.start()
            run_units(units, do_nothing, journal, SilentObserver())
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    # Python itself keeps a few thousand freed tuples for reuse; beyond that nothing may grow.
    peak(4_000)
    assert peak(12_000) < peak(4_000) + 100_000
