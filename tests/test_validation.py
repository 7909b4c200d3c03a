"""Tables of files: what is wrong is said in one line, with its place and what was expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Gt, Le, Len, Predicate

from benchmark.allowed_values import InWords, describe_allowed, describe_range
from benchmark.errors import InputError
from benchmark.validation import read_table


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Stroke:
    id: Annotated[str, Predicate(str.isalpha), InWords("letters")]
    width: Annotated[float, Gt(0), Le(9)] = 1.0
    ends: tuple[int, int] = (0, 1)

    def __post_init__(self) -> None:
        if self.ends[0] > self.ends[1]:
            raise ValueError("ends must be in order")


@dataclass(frozen=True, kw_only=True)
class Painting:
    schema_version: Annotated[int, Ge(2), Le(2)]
    colour: Colour
    strokes: tuple[Stroke, ...] = ()
    rows: Mapping[str, Annotated[int, Ge(0)]]
    frame: Stroke | None = None


SOUND = {"schema_version": 2, "colour": "red", "rows": {}}


def test_a_sound_table_becomes_the_dataclass():
    table = {**SOUND, "strokes": [{"id": "a", "width": 3, "ends": [1, 2]}], "rows": {"x": 0}}
    strokes = (Stroke("a", 3.0, (1, 2)),)
    assert read_table(Painting, table, "it") == Painting(
        schema_version=2, colour=Colour.RED, strokes=strokes, rows={"x": 0}
    )


@pytest.mark.parametrize("number", [0.1, 1 / 3, 2 / 3, 5e-324, 1.7976931348623157e308, 123456789.123456789])
def test_numbers_are_those_of_the_file_to_the_last_bit(number):
    @dataclass(frozen=True)
    class Table:
        number: float

    assert read_table(Table, {"number": number}, "it").number == number


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 3, "color": "red"}, "schema_version must be 2, not 3"),
        ({"schema_version": True}, "schema_version must be a whole number, 2, not True"),
        ({"color": "red", "colour": 1}, "unknown key 'color'; did you mean colour?"),
        ({"colour": "green"}, "colour must be one of red, blue, not 'green'"),
        ({"rows": None}, "rows must be a table, not None"),
        ({"rows": {"x": -1}}, "rows.x must be at least 0, not -1"),
        ({"strokes": {}}, "strokes must be a list, not {}"),
        ({"strokes": [{"id": "a"}, 3]}, "strokes entry 2 must be a table, not 3"),
        ({"strokes": [{}]}, "strokes entry 1: id is missing; it must be letters"),
        ({"strokes": [{"id": "1"}]}, "strokes entry 1 (1): id must be letters, not '1'"),
        ({"strokes": [{"id": "a", "widht": 1}]}, "strokes entry 1 (a): unknown key 'widht'; did you mean width?"),
        ({"strokes": [{"id": "a", "width": 0}]}, "strokes entry 1 (a): width must be above 0 and at most 9, not 0"),
        ({"strokes": [{"id": "a", "width": "1"}]}, "width must be a number, above 0 and at most 9, not '1'"),
        ({"strokes": [{"id": "a", "ends": [0, 0.5]}]}, "(a): ends entry 2 must be a whole number, not 0.5"),
        ({"strokes": [{"id": "a", "ends": [0]}]}, "(a): ends entry 2 is missing; it must be a whole number"),
        ({"strokes": [{"id": "a", "ends": [2, 1]}]}, "strokes entry 1 (a): ends must be in order"),
        ({"frame": {"id": "a", "width": -1}}, "frame.width must be above 0 and at most 9, not -1"),
        ({"frame": {"id": "a", "w": 1}}, "frame: unknown key 'w'"),
        ({"colour": "x" * 5000}, f"colour must be one of red, blue, not '{'x' * 119}…"),
    ],
)
def test_what_is_wrong_is_one_line(change, message):
    with pytest.raises(InputError) as error:
        read_table(Painting, SOUND | change, "painting p.toml")
    text = str(error.value)
    assert text.startswith("painting p.toml: ")
    assert message in text
    assert "\n" not in text


def test_what_is_nested_too_deeply_is_refused():
    with pytest.raises(InputError, match=r"^p: Invalid JSON: recursion limit exceeded"):
        read_table(Painting, SOUND | {"rows": json.loads("[" * 400 + "]" * 400)}, "p")


@pytest.mark.parametrize("table", [None, 3, [], "x"])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(InputError, match=r"^painting p\.json: it must be a table, not "):
        read_table(Painting, table, "painting p.json")


THREE = "at least 1 of them, at most 3 of them"


@pytest.mark.parametrize(
    ("kind", "words", "bounds"),
    [
        (int, "a whole number", ""),
        (bool, "true or false", ""),
        (float | None, "a number", ""),
        (Annotated[int, Ge(1)] | None, "a whole number, at least 1", "at least 1"),
        (int | str, "a whole number or a string", ""),
        (Literal["a", "b"], "one of a, b", ""),
        (tuple[int, str], "a list of 2 values", ""),
        (tuple[Annotated[int, Ge(1)], Annotated[int, Ge(2)]], "a list of 2 whole numbers", ""),
        (list[Stroke], "a list", ""),
        (list[int], "a list of whole numbers", ""),
        (Annotated[tuple[str, ...], Len(1, 3)], "a list of strings, at least 1 of them, at most 3 of them", THREE),
        (Annotated[int, "pixels"], "a whole number", ""),
        (Mapping[str, int], "a table", ""),
        (complex, "complex", ""),
    ],
)
def test_types_and_ranges_become_words(kind, words, bounds):
    assert describe_allowed(kind) == words
    assert describe_range(kind) == bounds
