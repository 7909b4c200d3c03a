"""Paths of mixes in protocols: a case a step."""

from __future__ import annotations

import pytest

from benchmark.errors import InputError
from benchmark.plan.unit import unit_seed
from benchmark.protocol.mix_path import path_of, without_step
from benchmark.protocol.reading import read_protocol
from tests.conftest import SAMPLE_PLUGINS

TINY = SAMPLE_PLUGINS / "sample_plugins" / "tiny"
PATH = """
[[mixes]]
content = "hills"
styles = [{ style = "warm" }, { style = "cold" }]
weights = [[1, 0], [3, 1], [1, 1], [0, 2]]
"""


@pytest.fixture
def read(tmp_path):
    """Reads the tiny protocol with more at its end."""

    def reading(more: str):
        for image in TINY.glob("*.png"):
            (tmp_path / image.name).write_bytes(image.read_bytes())
        (tmp_path / "protocol.toml").write_text((TINY / "protocol.toml").read_text() + more)
        return read_protocol(tmp_path / "protocol.toml")

    return reading


def test_every_step_is_a_case_named_by_its_shares(read):
    assert [case.id for case in read(PATH).cases[5:]] == [
        "hills--warm+cold@100+0",
        "hills--warm+cold@75+25",
        "hills--warm+cold@50+50",
        "hills--warm+cold@0+100",
    ]


def test_names_do_not_depend_on_the_place_or_the_scale(read):
    other = read(PATH.replace("[[1, 0], [3, 1], [1, 1], [0, 2]]", "[[50, 50], [0.3, 0.1]]"))
    assert [case.id for case in other.cases[5:]] == ["hills--warm+cold@50+50", "hills--warm+cold@75+25"]


def test_a_style_without_a_share_is_not_part_of_a_step(read):
    steps = read(PATH).cases[5:]
    assert [[(one.style.id, one.weight) for one in step.styles] for step in steps] == [
        [("warm", 1)],
        [("warm", 0.75), ("cold", 0.25)],
        [("warm", 0.5), ("cold", 0.5)],
        [("cold", 1)],
    ]


def test_a_tiny_share_has_a_name_that_is_read_again(read):
    (step,) = [case.id for case in read(PATH.replace("[3, 1]", "[1, 1e-7]")).cases if "0.0" in case.id]
    assert step == "hills--warm+cold@100+0.00001"
    assert path_of(step) == without_step(step) == "hills--warm+cold"
    assert unit_seed(0, step, "m") == unit_seed(0, "hills--warm+cold@50+50", "m")


def test_are_part_of_the_fingerprint(read):
    prints = {
        read(text).fingerprint
        for text in ("", PATH, PATH.replace("[3, 1]", "[4, 1]"), PATH.replace("[1, 0], [3, 1]", "[3, 1], [1, 0]"))
    }
    assert len(prints) == 4


def test_all_steps_are_drawn_alike_and_other_cases_are_not():
    seeds = [unit_seed(0, f"cat--a+b@{shares}", "m") for shares in ("100+0", "33.33+66.67", "0+100")]
    assert len(set(seeds)) == 1
    assert unit_seed(0, "cat--a+b@50+50--1", "m") != seeds[0]
    assert seeds[0] == unit_seed(0, "cat--a+b", "m")


def test_the_path_of_a_step_and_the_case_without_it():
    assert path_of("a+b@33.33+66.67") == "a+b"
    assert path_of("a+b") == ""
    assert without_step("cat--a+b@50+50--2") == "cat--a+b--2"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[3, 1]", "[3, 1, 1]", "weights entry 2 has 3 numbers for 2 styles"),
        ("[3, 1]", "[0, 0]", "weights entry 2 gives no style a share"),
        ("[3, 1]", "[3, -1]", "must be between 0 and 1000000, not -1"),
        ("[3, 1]", "[2, 2]", r"weights entries 2 and 3 are both warm\+cold@50\+50 in percent"),
        ("[3, 1]", "[1.0000001, 1]", r"weights entries 2 and 3 are both warm\+cold@50\+50 in percent"),
        ("[3, 1]", "[1, 1e-9]", r"weights entry 2 has a share below 1e-08; write 0"),
        ("[3, 1]", "[1, 5e-324]", r"weights entry 2 has a share below 1e-08; write 0"),
        ('"cold"', '"warm"', "a path of weights names a style twice"),
        ('{ style = "warm" }', '{ style = "warm", weight = 2 }', "weight of a style stands beside weights"),
        ("[[1, 0], [3, 1], [1, 1], [0, 2]]", "[[1, 0]]", "at least 2"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(read, old, new, problem):
    assert old in PATH
    with pytest.raises(InputError, match=problem):
        read(PATH.replace(old, new))
