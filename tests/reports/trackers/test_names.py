"""Names that every tracker takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.trackers.names import LONGEST, distinct, legal, word


@pytest.mark.parametrize(
    ("text", "name", "in_words"),
    [
        ("gram.relu1_1", "gram.relu1_1", "gram_relu1_1"),
        ("a b/c:d", "a_b_c_d", "a_b_c_d"),
        ("../../etc", "_.._etc", "______etc"),
        ("漢", "_", "_"),
        ("", "_", "_"),
        ("2nd", "2nd", "_2nd"),
    ],
)
def test_other_characters_become_underscores(text: str, name: str, in_words: str) -> None:
    assert (legal(text), word(text)) == (name, in_words)


@given(st.text(max_size=500))
def test_any_text_becomes_a_name(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]|[A-Za-z0-9_-][A-Za-z0-9_.-]*[A-Za-z0-9_-]", legal(text))
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word(text))
    assert max(len(legal(text)), len(word(text))) <= LONGEST + 1


def test_what_has_the_same_name_is_told_apart() -> None:
    assert distinct([("a", 1), ("a_2", 2), ("a", 3), ("a", 4)]) == {"a": 1, "a_2": 2, "a_3": 3, "a_4": 4}
