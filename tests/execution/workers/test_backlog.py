"""Tasks of one method go to the same worker where that keeps no worker idle."""

from __future__ import annotations

from pathlib import Path

from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.execution.workers.backlog import Backlog
from benchmark.plan.unit import Unit
from benchmark.protocol.case import Case, Content, Style, WeightedStyle


def tasks(method: str, number: int) -> list[UnitTask]:
    style = (WeightedStyle(Style("style", prompt="a sketch")),)
    return [UnitTask(Unit(method, Case(Content(f"c{n}", Path("c.png")), style), seed=n)) for n in range(number)]


def test_a_worker_stays_with_its_method():
    backlog = Backlog([*tasks("a", 2), *tasks("b", 1)])
    taken = [backlog.take("a", ()) for _ in range(3)]
    assert [(task.method, task.unit.seed) for task in taken] == [("a", 0), ("a", 1), ("b", 0)]
    assert not backlog


def test_a_worker_takes_a_method_that_no_other_has():
    backlog = Backlog([*tasks("a", 5), *tasks("b", 1)])
    assert backlog.take("", {"a"}).method == "b"


def test_a_worker_without_a_method_of_its_own_helps_where_most_is_left():
    backlog = Backlog([*tasks("a", 1), *tasks("b", 3), *tasks("c", 2)])
    assert backlog.take("d", {"a", "b", "c"}).method == "b"


def test_what_is_put_back_comes_next():
    backlog = Backlog(tasks("a", 2))
    first = backlog.take("a", ())
    backlog.put_back(first)
    assert backlog.take("a", ()) is first
