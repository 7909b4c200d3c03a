"""The units that run at the moment, for the message of somebody who waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmark.plan.unit import Unit

_MOST_NAMED = 3


class RunningUnits:
    """Keeps which units run, and since when.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[tuple[str, str], float] = {}

    def started(self, unit: Unit) -> None:
        """Records a unit that begins."""
        self._since[unit.key] = self._clock()

    def ended(self, unit: Unit) -> None:
        """Records a unit that ended."""
        self._since.pop(unit.key, None)

    def describe(self) -> str:
        """Says what is waited for, the longest first: ``finishing gatys cat--wave (12 s so far)``."""
        now = self._clock()
        entries = sorted(self._since.items(), key=lambda entry: entry[1])
        named = [f"{method} {case} ({now - since:.0f} s so far)" for (method, case), since in entries[:_MOST_NAMED]]
        more = [f"{len(entries) - _MOST_NAMED} more"] if len(entries) > _MOST_NAMED else []
        return f"finishing {', '.join([*named, *more]) or 'what runs'}"
