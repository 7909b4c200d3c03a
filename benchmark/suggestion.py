"""Suggestions for mistyped names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Returns the known name that is most like one that was typed, or ``None`` where none is much like it."""
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)), None)


def suggest(name: str, known: Iterable[str]) -> str:
    """Completes an error about an unknown name, for instance ``"; did you mean gatys?"``.

    Args:
        name: The name that was typed.
        known: The names that exist.

    Returns:
        The nearest name as a question, else the list of names, else an empty string.
    """
    names = sorted(known)
    if nearest := nearest_name(name, names):
        return f"; did you mean {nearest}?"
    return f"; there are: {', '.join(names)}" if names else ""
