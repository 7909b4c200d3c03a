"""Cases as a run describes them."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from benchmark.protocol.case import Case, Content
from benchmark.protocol.case_sequence import Mix
from benchmark.protocol.embedded import mini
from benchmark.protocol.paired_cases import PairedCases
from benchmark.store.cases import (
    DescribedCases,
    DescribedPicture,
    describe_cases,
    describe_content,
    describe_style,
    read_cases,
    require_cases,
)


class Described(BaseModel):
    """What a run says of its cases."""

    contents: list[DescribedPicture]
    styles: list[DescribedPicture]
    cases: DescribedCases

    def records(self):
        return list(read_cases(self.cases, self.contents, self.styles))


def described(cases, number) -> dict[str, Any]:
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


def read(value):
    return Described.model_validate(value).records()


def test_steps_of_a_path_are_read_with_the_names_that_they_have():
    mix = mini().cases.mixes[0]
    steps = tuple(Mix(mix.content, mix.styles[:number], f"a+b@{number}") for number in (1, 2))
    cases = dataclasses.replace(mini().cases, mixes=(*steps, mix))
    value = described(cases, len(cases))
    assert [case.id for case in read(value)] == [case.id for case in cases]
    assert [case.style for case in read(value)][-3:] == ["a+b@1", "a+b@2", Case(mix.content, mix.styles).style_id]


@pytest.mark.parametrize("number", [11, 10, 3, 0])
def test_crossed_cases_are_described_by_how_they_are_crossed(number):
    crossed = described(mini().cases, number)
    one_by_one = described(tuple(mini().cases), number)

    assert isinstance(one_by_one["cases"], list)
    assert len(one_by_one["cases"]) == number
    assert [asdict(case) for case in read(crossed)] == [asdict(case) for case in read(one_by_one)]


def test_the_description_does_not_grow_with_their_number():
    crossed = described(mini().cases, 11)
    assert list(crossed["cases"]) == ["number", "seeds", "mixes"]
    assert [case.id for case in read(crossed)] == [case.id for case in mini().cases]
    assert read(crossed)[-1].styles[0]["weight"] == mini().cases[-1].styles[0].weight


@pytest.mark.parametrize(
    "part",
    [{"contents": mini().contents[1:]}, {"styles": mini().styles[::-1]}, {"mixes": (Mix(Content("x", Path()), ()),)}],
    ids=["fewer contents", "other order", "a mix of something else"],
)
def test_cases_that_a_plugin_crosses_of_something_else_are_described_one_by_one(part):
    cases = dataclasses.replace(mini().cases, **part)
    found = described(cases, len(cases))
    assert isinstance(found["cases"], list)
    assert [case.id for case in read(found)] == [case.id for case in cases]


PAIRED = PairedCases(mini().contents, mini().styles, mini().cases.mixes, (0, 1), pairs=((2, 0), (0, 1), (1, 2), (0, 2)))


@pytest.mark.parametrize("number", [12, 9, 3, 0])
def test_pairs_are_described_by_their_names(number):
    found = described(PAIRED, number)
    assert list(found["cases"]) == ["number", "seeds", "mixes", "pairs"]
    assert found["cases"]["pairs"][0] == [mini().contents[2].id, mini().styles[0].id]
    one_by_one = described(tuple(PAIRED), number)
    assert isinstance(one_by_one["cases"], list)
    assert [asdict(case) for case in read(found)] == [asdict(case) for case in read(one_by_one)]


def test_a_pair_of_what_is_not_listed_is_damage():
    damaged = described(PAIRED, 12)
    damaged["cases"]["pairs"][1][1] = "nothing"
    with pytest.raises(ValueError, match=r"cases pair \w+ with nothing, which contents and styles do not list"):
        read(damaged)


def test_more_cases_than_pairs_and_mixes_is_damage():
    damaged = described(PAIRED, 12)
    damaged["cases"]["number"] = 13
    with pytest.raises(ValueError, match="13 of 12 cases"):
        read(damaged)


def test_more_cases_than_there_are_is_damage():
    damaged = described(mini().cases, 11)
    damaged["cases"]["number"] = 12
    with pytest.raises(ValueError, match="12 of 11 cases"):
        read(damaged)


@pytest.mark.parametrize("kind", ["contents", "styles"])
def test_a_mix_of_what_is_not_listed_is_damage(kind):
    damaged = described(mini().cases, 11)
    mixed = {share["style"] for mix in damaged["cases"]["mixes"] for share in mix["styles"]}
    mixed |= {mix["content"] for mix in damaged["cases"]["mixes"]}
    damaged[kind] = [picture for picture in damaged[kind] if picture["id"] not in mixed]
    found = Described.model_validate(damaged)
    with pytest.raises(ValueError, match="which contents and styles do not list"):
        require_cases(found.cases, found.contents, found.styles)
