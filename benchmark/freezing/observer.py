"""Who is told how freezing goes."""

from __future__ import annotations

from typing import Protocol


class FreezeObserver(Protocol):
    """Is told how freezing goes."""

    def note(self, line: str) -> None:
        """Something that the user should know."""

    def step(self, what: str, done: int, total: int) -> None:
        """A part of the work is done.

        Args:
            what: What is worked on, such as ``images``.
            done: How much of it is done.
            total: How much there is.
        """
