"""Cases of crossed contents and styles, made when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.protocol.case import Content, Style, WeightedStyle
from benchmark.protocol.case_sequence import Mix
from benchmark.protocol.crossed_cases import CrossedCases


def content(name: str) -> Content:
    return Content(name, Path(f"{name}.png"))


def style(name: str) -> Style:
    return Style(name, prompt=f"in {name}")


def mix(name: str, *styles: str) -> Mix:
    return Mix(content(name), tuple(WeightedStyle(style(each), 1 / len(styles)) for each in styles))


CASES = CrossedCases(
    (content("cat"), content("dog")), (style("fire"), style("ink")), mixes=(mix("dog", "fire", "ink"),), seeds=(0, 3)
)
NAMES = [
    *("cat--fire", "cat--fire--3", "cat--ink", "cat--ink--3", "dog--fire", "dog--fire--3", "dog--ink", "dog--ink--3"),
    *("dog--fire+ink", "dog--fire+ink--3"),
]


def test_every_content_meets_every_style_then_come_the_mixes():
    assert [case.id for case in CASES] == NAMES
    assert len(CASES) == len(NAMES)


def test_they_are_taken_like_those_of_a_tuple():
    everything = tuple(CASES)
    assert CASES[-1] == everything[-1]
    assert CASES[2:5] == everything[2:5]
    with pytest.raises(IndexError):
        CASES[len(CASES)]


@pytest.mark.parametrize(
    ("cases", "repeated"),
    [
        (CASES, None),
        (CrossedCases((content("a--b"), content("a")), (style("c"), style("d"))), None),
        (CrossedCases((content("a--b"), content("a")), (style("c"), style("b--c"))), "a--b--c"),
        (CrossedCases((content("a"),), (style("b"), style("b--1")), seeds=(0, 1)), "a--b--1"),
        (CrossedCases((content("a"),), (style("b"),), seeds=(0, 1, 0)), "a--b"),
        (CrossedCases((content("a"),), (style("b"),), mixes=(mix("a", "b"),)), "a--b"),
        (CrossedCases((content("a"),), (style("b"),), mixes=(mix("a", "b", "b"), mix("a", "b", "b"))), "a--b+b"),
        (CrossedCases((content("a"),), (style("b"),), mixes=(mix("a", "b", "b"), mix("a", "b", "b", "b"))), None),
    ],
    ids=[
        "none",
        "dashes that clash with nothing",
        "dashes",
        "a seed",
        "seeds",
        "a mix of one",
        "mixes",
        "longer mixes",
    ],
)
def test_a_name_that_occurs_twice_is_found(cases, repeated):
    assert cases.repeated() == repeated
