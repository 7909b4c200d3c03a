"""Observer of the progress of freezing."""

from __future__ import annotations

from typing import Protocol


class FreezeObserver(Protocol):
    """Follows the progress of freezing."""

    def note(self, line: str) -> None:
        """Called with something that the user should know."""

    def step(self, what: str, done: int, total: int) -> None:
        """Called when a part of the work is done.

        Args:
            what: Name of the work, such as ``images``.
            done: Number of parts that are done.
            total: Number of all parts.
        """
