"""Words for numbers, and for what is missing."""

from __future__ import annotations

from typing import Final

NOT_STATED: Final = "not stated"
"""In place of a licence that a plugin does not name."""


def format_count(count: int, noun: str, plural: str = "") -> str:
    """Returns a count with its noun, for instance ``1 case`` or ``1,100 cases``.

    Args:
        count: The count.
        noun: The noun in the singular.
        plural: The noun in the plural, where that is not made with an s.
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
