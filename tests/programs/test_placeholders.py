"""Placeholders are filled once, and only the stars of a pattern are wildcards."""

from __future__ import annotations

import glob

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.programs.placeholders import fill, fill_pattern, placeholders, refuse_unknown


def matches(pattern, folder):
    return glob.glob(pattern, root_dir=folder)  # noqa: PTH207  # as the benchmark does


def test_what_a_value_holds_is_not_looked_at():
    assert fill("--prompt={prompt} {{x}}", {"prompt": "{seed} {{y}}"}) == "--prompt={seed} {{y}} {x}"


@given(st.text())
def test_any_value_arrives_as_it_is(value):
    assert fill("{a}", {"a": value}) == value


@given(st.text(alphabet=st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_a_value_in_a_pattern_matches_itself_alone(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("names")
    name = f"x{value}y.png"
    try:
        (folder / name).touch()
    except OSError:
        return  # No file can have this name.
    (folder / "xzy.png").touch()
    assert matches(fill_pattern("x{a}y.png", {"a": value}), folder) == [name]
    assert set(matches(fill_pattern("x*y.png", {}), folder)) == {name, "xzy.png"}


def test_question_marks_and_brackets_of_a_pattern_are_themselves(tmp_path):
    (tmp_path / "a[1]?.png").touch()
    (tmp_path / "a1x.png").touch()
    assert matches(fill_pattern("a[1]?.png", {}), tmp_path) == ["a[1]?.png"]


def test_names_are_found_in_their_order():
    assert placeholders("{b}/{a}_{{c}}") == ["b", "a"]


@pytest.mark.parametrize("text", ["{", "}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{}"])
def test_anything_but_a_plain_name_is_refused(text):
    with pytest.raises(ValueError, match="brace"):
        refuse_unknown(text, {"a"})
