"""Names that trackers take, made of any text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

LONGEST: Final = 200
"""Characters of a name. MLflow takes 250 for parameters and metrics, and file systems 255 bytes."""

_OTHERS: Final = re.compile(r"[^A-Za-z0-9_.-]")
_OTHERS_IN_WORDS: Final = re.compile(r"[^A-Za-z0-9_]")

Value = TypeVar("Value")


def legal(text: str) -> str:
    """Returns a name of ASCII letters, digits, ``_``, ``.`` and ``-`` alone, in place of which others become ``_``.

    It is also a file name: no dot is at its ends, and it is never empty.

    Args:
        text: Any text.
    """
    return _OTHERS.sub("_", text)[:LONGEST].strip(".") or "_"


def word(text: str) -> str:
    """Returns a name of ASCII letters, digits and ``_`` alone that begins with no digit.

    Args:
        text: Any text.
    """
    name = _OTHERS_IN_WORDS.sub("_", text)[:LONGEST]
    return name if name and not name[0].isdigit() else f"_{name}"


def distinct(values: Iterable[tuple[str, Value]]) -> Mapping[str, Value]:
    """Makes a dictionary in which nothing is lost where two names became the same: the second gets ``_2`` and so on.

    Args:
        values: Names and values.
    """
    found: dict[str, Value] = {}
    for name, value in values:
        free, number = name, 1
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found[free] = value
    return found
