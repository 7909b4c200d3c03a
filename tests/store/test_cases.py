"""Cases as a run describes them."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmark.protocol.case import Content
from benchmark.protocol.crossed_cases import Mix
from benchmark.protocol.embedded import mini
from benchmark.store.cases import describe_cases, describe_style, read_cases
from benchmark.store.manifest import describe_content


def manifest(cases, number):
    protocol = dataclasses.replace(mini(), cases=cases)
    return json.loads(
        json.dumps(
            {
                "contents": [describe_content(content) for content in protocol.contents],
                "styles": [describe_style(style) for style in protocol.styles],
                "cases": describe_cases(protocol, number),
            }
        )
    )


@pytest.mark.parametrize("number", [11, 10, 3, 0])
def test_crossed_cases_are_described_by_how_they_are_crossed(number):
    crossed = manifest(mini().cases, number)
    one_by_one = manifest(tuple(mini().cases), number)

    assert isinstance(one_by_one["cases"], list)
    assert len(one_by_one["cases"]) == number
    assert [json.dumps(asdict(case)) for case in read_cases(crossed)] == [
        json.dumps(asdict(case)) for case in read_cases(one_by_one)
    ]


def test_the_description_does_not_grow_with_their_number():
    crossed = manifest(mini().cases, 11)
    assert list(crossed["cases"]) == ["number", "seeds", "mixes"]
    assert [case.id for case in read_cases(crossed)] == [case.id for case in mini().cases]
    assert list(read_cases(crossed))[-1].styles[0]["weight"] == mini().cases[-1].styles[0].weight


@pytest.mark.parametrize(
    "part",
    [{"contents": mini().contents[1:]}, {"styles": mini().styles[::-1]}, {"mixes": (Mix(Content("x", Path()), ()),)}],
    ids=["fewer contents", "other order", "a mix of something else"],
)
def test_cases_that_a_plugin_crosses_of_something_else_are_described_one_by_one(part):
    cases = dataclasses.replace(mini().cases, **part)
    described = manifest(cases, len(cases))
    assert isinstance(described["cases"], list)
    assert [case.id for case in read_cases(described)] == [case.id for case in cases]


def test_more_cases_than_there_are_is_damage():
    damaged = manifest(mini().cases, 11)
    damaged["cases"]["number"] = 12
    with pytest.raises(ValueError, match="12 of 11 cases"):
        list(read_cases(damaged))
