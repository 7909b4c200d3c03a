"""The units of a run, made when they are asked for."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.plan import case_index
from benchmark.plan.plan import ChosenUnits, Plan
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.crossed_cases import CrossedCases
from benchmark.protocol.embedded import mini


def crossed(contents: int, styles: int) -> CrossedCases:
    return CrossedCases(
        tuple(Content(f"c{n}", Path("content.png")) for n in range(contents)),
        tuple(Style(f"s{n}", prompt="a sketch") for n in range(styles)),
    )


PLAN = Plan(("b", "a"), mini().cases, seed=0)


def test_it_runs_method_by_method():
    assert [unit.method for unit in PLAN] == ["b"] * 11 + ["a"] * 11
    assert [unit.case.id for unit in PLAN[:11]] == [case.id for case in mini().cases]


def test_the_seed_of_a_unit_does_not_depend_on_the_plan():
    alone = Plan(("a",), mini().cases[:1], seed=0)[0]
    assert alone.seed == next(unit for unit in PLAN if unit.key == alone.key).seed


def test_a_limit_takes_the_first_cases_of_every_method():
    limited = Plan(("b", "a"), mini().cases, seed=0, limit=2)
    assert [unit.key for unit in limited] == [(method, case.id) for method in "ba" for case in mini().cases[:2]]
    assert len(Plan(("b",), mini().cases, seed=0, limit=1000)) == 11


def test_every_unit_is_found_by_its_names():
    assert [PLAN.position(*unit.key) for unit in PLAN] == list(range(22))
    assert PLAN.position("c", PLAN[0].case.id) is None
    assert PLAN.position("a", "nothing") is None


def test_a_unit_beyond_the_limit_is_not_found():
    assert Plan(("a",), mini().cases, seed=0, limit=2).position("a", mini().cases[2].id) is None


def test_cases_whose_hashes_collide_are_told_apart(monkeypatch):
    monkeypatch.setattr(case_index, "_hash", lambda name: np.uint64(hashlib.md5(name.encode()).digest()[0] % 2))
    plan = Plan(("a",), crossed(5, 5), seed=0)
    assert [plan.position("a", unit.case.id) for unit in plan] == list(range(25))
    assert plan.position("a", "c9--s9") is None


def test_a_case_that_occurs_twice_is_refused():
    case = Case(Content("c", Path("c.png")), (WeightedStyle(Style("s", prompt="a sketch")),))
    with pytest.raises(InputError, match="case c--s occurs twice"):
        Plan(("a",), [case, mini().cases[0], case], seed=0).refuse_repeated_cases()


def test_some_units_are_a_sequence_of_their_own():
    chosen = ChosenUnits(PLAN, np.array([3, 12]))
    assert [unit.key for unit in chosen] == [PLAN[3].key, PLAN[12].key]
    assert chosen[1:] == [PLAN[12]]


def test_a_plan_travels_small():
    plan = Plan(("a", "b"), crossed(10, 10_000), seed=0)
    assert plan.position("b", "c9--s9999") == 199_999
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert len(pickle.dumps(plan)) < 10_000 * 100
