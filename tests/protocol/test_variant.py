"""Names of the rows of variants."""

from __future__ import annotations

import pytest

from benchmark.file_names import is_file_name
from benchmark.protocol.variant import LONGEST_NAME, base_of, describe_changes, variant_name


def test_say_what_is_changed_whatever_its_order():
    assert variant_name("clipstyler", {"attention": "bottleneck", "steps": 80}) == (
        "clipstyler@attention=bottleneck,steps=80"
    )
    assert variant_name("m", {"b": 1, "a": 2}) == variant_name("m", {"a": 2, "b": 1}) == "m@a=2,b=1"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (0.5, "0.5"),
        (1e-05, "1e-05"),
        (-3, "-3"),
        ((8, 16), "8+16"),
        (None, "none"),
        ("relu1_1", "relu1_1"),
    ],
)
def test_write_values_as_a_command_line_does(value, text):
    assert variant_name("m", {"s": value}) == f"m@s={text}"
    assert describe_changes({"s": value}) == f"s={text}"


@pytest.mark.parametrize("value", ["a/b", "..", "C:\\x", "a,b=c", "ü", "line\nbreak", "a b", "\ud800"])
def test_can_be_names_of_files_whatever_the_value(value):
    name = variant_name("m", {"s": value})
    assert is_file_name(name)
    assert name.isascii()
    assert name.count(",") == 0


def test_tell_values_apart_that_look_alike_as_names_of_files():
    names = {variant_name("m", {"s": value}) for value in ("a/b", "a-b", "a b", "a:b")}
    assert len(names) == 4
    assert "m@s=a-b" in names


@pytest.mark.parametrize(
    "values",
    [
        (("a", "b"), ("a+b",)),
        (("a/b", "c"), ("a/b+c",)),
        (("a", "b", "c"), (("a", "b"), "c"), ("a", ("b", "c"))),
        ((), ("",)),
        (None, "none"),
        ((None,), ("none",)),
    ],
)
def test_tell_values_apart_that_a_command_line_writes_alike(values):
    assert len({variant_name("m", {"s": value}) for value in values}) == len(values)


def test_are_bounded_and_stay_apart_where_they_are_cut():
    names = {variant_name("m", {"words": "x" * 500 + end}) for end in "abc"}
    assert len(names) == 3
    assert all(len(name) <= LONGEST_NAME and name.startswith("m@words=xxx") for name in names)


def test_begin_with_the_name_of_the_method_however_long_that_is():
    method = "m" * 120
    assert base_of(variant_name(method, {"s": 1})) == method
    assert base_of("gatys") == "gatys"
