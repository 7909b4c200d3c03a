"""Lines of text in a drawing."""

from __future__ import annotations

import pytest

from reports.figures.lettering import break_lines, clean, text_width

SIZE = 6.0


@pytest.mark.parametrize("width", [20.0, 53.0, 110.0])
@pytest.mark.parametrize(
    "text", ["The Great Wave off Kanagawa", "Donaudampfschifffahrtsgesellschaftskapitän", "神奈川沖浪裏", "W" * 300]
)
def test_every_line_fits(text: str, width: float) -> None:
    lines = break_lines(text, width, SIZE, 3)
    assert 1 <= len(lines) <= 3
    assert all(text_width(line, SIZE) <= width for line in lines)


def test_lines_are_broken_at_blanks_where_they_can_be() -> None:
    assert break_lines("The Great Wave off Kanagawa", 53, SIZE, 3) == ("The Great Wave", "off Kanagawa")


def test_a_name_without_blanks_is_broken_behind_its_signs() -> None:
    assert break_lines("AdaIN (attention=bottleneck)", 40, SIZE, 3) == ("AdaIN", "(attention=", "bottleneck)")


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    (line,) = break_lines("The Great Wave off Kanagawa", 53, SIZE, 1)
    assert line.startswith("The Great")
    assert line.endswith("…")


def test_without_room_or_text_there_is_no_line() -> None:
    assert break_lines("The Great Wave", 53, SIZE, 0) == ()
    assert break_lines(" \n ", 53, SIZE, 3) == ()


def test_a_wide_letter_takes_the_size_of_the_font() -> None:
    assert text_width("神奈", SIZE) == 2 * SIZE
    assert text_width("il", SIZE) < SIZE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("right \u202e left", r"right \u202e left"),
        ("no letter \uffff", "no letter ?"),
        ("\ud83d", r"\ud83d"),
        ("two\nlines", "two lines"),
    ],
)
def test_nothing_in_it_commands_the_reader(text: str, shown: str) -> None:
    assert clean(text) == shown
