"""Text in a drawing that does not break lines by itself: its width, and its lines."""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING, Final

from benchmark.escaping import printable
from reports.tables.titles import shorten

if TYPE_CHECKING:
    from PIL import ImageFont

FAMILY: Final = "Liberation Sans, Arial, Helvetica, Noto Sans, DejaVu Sans, sans-serif"
_MEASURED_SIZE: Final = 100
_SIGNS: Final = "=,_-/@+:"
"""A name, such as that of a variant, may go on in another line behind one of these."""
_RESERVE: Final = 1.04
"""The font that is measured is about as wide as those that draw."""


def clean(text: str, longest: int = 3000) -> str:
    """Returns a text as one line that XML can hold: control characters and turns of direction become escapes.

    Args:
        text: The text.
        longest: Largest number of letters.
    """
    return "".join("?" if character in "\ufffe\uffff" else character for character in printable(shorten(text, longest)))


def text_width(text: str, size: float) -> float:
    """Returns about how wide a text is drawn.

    Args:
        text: The text.
        size: Size of its letters.
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    narrow = "".join(character for character in text if unicodedata.east_asian_width(character) not in "WF")
    return size * (_RESERVE * _font().getlength(narrow) / _MEASURED_SIZE + wide)


def break_lines(text: str, width: float, size: float, most: int) -> tuple[str, ...]:
    """Breaks a text into lines, at blanks where it can; what does not fit is cut and ends in an ellipsis.

    Args:
        text: The text.
        width: Width of the lines.
        size: Size of the letters.
        most: Largest number of lines.
    """
    lines: list[str] = []
    rest = clean(text).split()
    while rest and len(lines) < most:
        line = _fitting(rest.pop(0), width, size, rest)
        while rest and text_width(f"{line} {rest[0]}", size) <= width:
            line = f"{line} {rest.pop(0)}"
        lines.append(line)
    if rest and lines:
        lines[-1] = _cut(" ".join([lines[-1], *rest]), width, size)
    return tuple(lines)


def _fitting(word: str, width: float, size: float, rest: list[str]) -> str:
    """Returns as much of a word as fits, to a sign in it where there is one, and puts what remains before the rest."""
    if text_width(word, size) <= width:
        return word
    fitting = [number for number in range(2, len(word)) if text_width(word[:number], size) <= width] or [1]
    length = max((number for number in fitting if word[number - 1] in _SIGNS), default=max(fitting))
    rest.insert(0, word[length:])
    return word[:length]


def _cut(text: str, width: float, size: float) -> str:
    while len(text) > 1 and text_width(f"{text}…", size) > width:
        text = text[:-1].rstrip()
    return f"{text}…"


@functools.cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(_MEASURED_SIZE)
