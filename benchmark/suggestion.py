"""Suggestions for mistyped names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """Completes an error about an unknown name, for instance ``"; did you mean gatys?"``.

    Args:
        name: The name that was typed.
        known: The names that exist.

    Returns:
        The nearest name as a question, else the list of names, else an empty string.
    """
    names = sorted(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]}?"
    return f"; there are: {', '.join(names)}" if names else ""
