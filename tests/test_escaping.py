"""Names and messages as plain text."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from benchmark.errors import describe_error
from benchmark.escaping import encodable, encodable_json, one_line, printable, shell_command

LATIN = os.fsdecode(b"\xe9t\xe9")


def test_a_byte_that_is_no_utf8_is_shown_as_that_byte():
    assert encodable(f"{LATIN}\nübung 猫") == "\\xe9t\\xe9\nübung 猫"
    assert encodable("\ud83d") == r"\ud83d"


def test_a_name_is_one_line_without_control_characters():
    assert printable("a\nb\tc\r\x1b[31md\x7f\x85\u2028\u202e") == r"a\nb\tc\r\x1b[31md\x7f\x85\u2028\u202e"
    for kept in ("🧑‍🎨 painter.png", "ציור.png", "two  blanks", "a\\b", "\u200f"):
        assert printable(kept) == kept


def test_a_message_becomes_one_line_and_keeps_the_blanks_within():
    assert one_line("first \n  second\n") == "first second"
    assert one_line("two  blanks \x1b[2J") == r"two  blanks \x1b[2J"
    assert describe_error(ValueError(f"{LATIN}\nx")) == r"ValueError: \xe9t\xe9 x"


def test_json_stays_json_and_holds_what_is_shown():
    text = encodable_json(json.dumps({LATIN: [LATIN, "\n"]}, ensure_ascii=False))
    assert json.loads(text.encode()) == {r"\xe9t\xe9": [r"\xe9t\xe9", "\n"]}


@pytest.mark.parametrize(
    "word", [b"r\xe9sultats", b"\xe91", b"a\nb", b"it's \x1b[0m\\", "\u202ex".encode(), b"plain", b""]
)
def test_a_shell_reads_back_what_a_command_was_given(word):
    line = shell_command(["printf", "%s", os.fsdecode(word)])
    assert line.isprintable()
    assert subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout == word
