"""Placeholders in the texts of a program's file, such as ``{content}`` in an argument."""

from __future__ import annotations

import glob
import string
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from benchmark.suggestion import suggest

NAMES: Final = frozenset(
    {
        *("content_stem", "content_suffix", "content_name"),
        *("style_stem", "style_suffix", "style_name"),
    }
)
"""What the files of one case are called: usable in every text, that about the file it leaves included."""
OF_ONE: Final = NAMES | {
    *("content", "style", "content_dir", "style_dir", "contents_dir", "styles_dir"),
    *("output", "output_dir", "stage", "prompt", "prompt_json", "seed", "style_value"),
    *("width", "height", "side", "threads"),
}
"""What may stand in the command of one picture."""
OF_ALL: Final = frozenset({"contents_dir", "styles_dir", "output_dir", "stage", "seed", "side", "threads"})
"""What may stand in the command that makes all pictures."""
OF_CONTENT: Final = frozenset({"content", "content_dir", "contents_dir"})
OF_STYLE: Final = frozenset({"style", "style_dir", "styles_dir", "style_value", "prompt", "prompt_json"})


def placeholders(text: str) -> list[str]:
    """Returns the names of the placeholders in a text, in their order.

    Args:
        text: The text; ``{{`` and ``}}`` stand for braces.

    Raises:
        ValueError: A brace is alone, or a placeholder is no plain name.
    """
    return [name for _, name in _parts(text) if name is not None]


def refuse_unknown(text: str, known: Collection[str]) -> None:
    """Refuses a text with a placeholder that is not known.

    Args:
        text: The text.
        known: The names that are.

    Raises:
        ValueError: It has one; the message names the nearest.
    """
    for name in placeholders(text):
        if name not in known:
            near = suggest(name, known)
            raise ValueError(f"{text!r} has the unknown placeholder {{{name}}}{near}; a brace is written twice")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts values in place of the placeholders of a text. What a value holds is not looked at.

    Args:
        text: The text.
        values: The values of all its placeholders.
    """
    return "".join(literal + ("" if name is None else values[name]) for literal, name in _parts(text))


def fill_pattern(text: str, values: Mapping[str, str]) -> str:
    """Makes a pattern for ``glob`` of a text with placeholders, in which only its own stars are wildcards.

    Args:
        text: The text.
        values: The values of all its placeholders.
    """
    filled = ""
    for literal, name in _parts(text):
        filled += "*".join(map(glob.escape, literal.split("*")))
        filled += "" if name is None else glob.escape(values[name])
    return filled


def _parts(text: str) -> Iterator[tuple[str, str | None]]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}; a brace that belongs to the text is written twice, {{{{") from error
    for literal, name, form, conversion in parts:
        if name is not None and (form or conversion or not name.isidentifier()):
            raise ValueError(f"{text!r} has a placeholder that is no plain name; a brace of the text is written twice")
        yield literal, name
