"""Cases of listed pairs, made when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.plan.plan import Plan
from benchmark.protocol.case import Content, Style, WeightedStyle
from benchmark.protocol.case_sequence import Mix
from benchmark.protocol.paired_cases import PairedCases

CONTENTS = tuple(Content(name, Path(f"{name}.png")) for name in ("cat", "dog", "hill"))
STYLES = tuple(Style(name, prompt=f"in {name}") for name in ("fire", "ink", "oil"))
MIX = Mix(CONTENTS[1], tuple(WeightedStyle(style, 0.5) for style in STYLES[:2]))
CASES = PairedCases(CONTENTS, STYLES, (MIX,), (0, 3), pairs=((2, 0), (0, 1)))
NAMES = ["hill--fire", "hill--fire--3", "cat--ink", "cat--ink--3", "dog--fire+ink", "dog--fire+ink--3"]


def test_they_are_the_pairs_in_the_listed_order_then_the_mixes():
    assert [case.id for case in CASES] == NAMES
    assert len(CASES) == len(NAMES)


def test_they_are_taken_like_those_of_a_tuple():
    assert [case.id for case in CASES[1:3]] == NAMES[1:3]
    assert CASES[-1].id == NAMES[-1]
    with pytest.raises(IndexError):
        CASES[len(CASES)]


def test_a_plan_finds_each_by_its_name_and_none_that_is_not_listed():
    plan = Plan(("a", "b"), CASES, seed=0)
    assert [plan.position(*unit.key) for unit in plan] == list(range(12))
    assert plan.position("a", "cat--fire") is None


@pytest.mark.parametrize(
    ("cases", "repeated"),
    [
        (CASES, None),
        (PairedCases(CONTENTS, STYLES, pairs=((0, 0), (1, 1), (0, 0))), "cat--fire"),
        (PairedCases(CONTENTS, STYLES, (Mix(CONTENTS[0], MIX.styles[:1]),), pairs=((0, 0),)), "cat--fire"),
        (PairedCases(CONTENTS, STYLES, (Mix(CONTENTS[0], MIX.styles[:1]),), pairs=((0, 1),)), None),
        (PairedCases(CONTENTS, STYLES, (MIX, MIX), pairs=((0, 1),)), "dog--fire+ink"),
        (PairedCases(CONTENTS, STYLES, seeds=(1, 1), pairs=((0, 1),)), "cat--ink--1"),
        (
            PairedCases(
                (Content("a--b", Path()), Content("a", Path())),
                (Style("c", prompt="c"), Style("b--c", prompt="c")),
                pairs=((0, 0), (1, 1)),
            ),
            "a--b--c",
        ),
    ],
    ids=["none", "a pair", "a mix of one", "a mix of one that no pair is", "mixes", "seeds", "dashes"],
)
def test_a_name_that_occurs_twice_is_found(cases, repeated):
    assert cases.repeated() == repeated
