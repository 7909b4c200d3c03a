"""Words for counts and commands."""

from __future__ import annotations

from collections.abc import Sequence
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


def format_factors(cases: int, contents: int, styles: int) -> str:
    """Returns the factors of cases: ``3 × 4`` if contents and styles can all meet, else ``20 contents, 20 styles``.

    Args:
        cases: Number of cases.
        contents: Number of different contents among them.
        styles: Number of different styles among them.
    """
    if cases >= contents * styles:
        return f"{contents} × {styles}"
    return f"{format_count(contents, 'content')}, {format_count(styles, 'style')}"


def without_fresh(command: Sequence[str]) -> str:
    """Returns words that keep users from deleting finished units when they repeat a command to continue a run.

    Args:
        command: The command line as it was given.

    Returns:
        `` without --fresh``, or nothing where the command has no such option.
    """
    return " without --fresh" if "--fresh" in command else ""


def is_merge(command: Sequence[str]) -> bool:
    """Returns whether a command line is that of ``benchmark merge``.

    Args:
        command: The command line.
    """
    return tuple(command[:2]) == ("benchmark", "merge")


def repetition(command: Sequence[str], does: str, called: str = "") -> str:
    """Says in a clause what completes or mends a run: its command, or the runs that it was merged from.

    Args:
        command: The command line that made the run.
        does: What the command does when it is given again, for instance ``goes on``.
        called: Words for the command where it is not "the same command".
    """
    if is_merge(command):
        return "complete the runs that it was merged from, and merge them again"
    without = without_fresh(command)
    return f"{called} {does}{without}" if called else f"the same command{without} {does}"
