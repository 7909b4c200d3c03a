"""Handling of Ctrl-C: the first one lets the running units finish, the second one stops everything at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self


class Interruption:
    """Takes Ctrl-C within a ``with`` block of the main thread. The second one raises ``KeyboardInterrupt``.

    Args:
        acknowledge: Called once when the first one is noticed, outside the signal's handler.
    """

    def __init__(self, acknowledge: Callable[[], None]) -> None:
        self._acknowledge = acknowledge
        self._is_requested = False
        self._is_acknowledged = False
        self._handler: Any = None

    def is_requested(self) -> bool:
        """Returns whether the user wants to stop; acknowledges that once."""
        if self._is_requested and not self._is_acknowledged:
            self._is_acknowledged = True
            self._acknowledge()
        return self._is_requested

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def _interrupt(self, *_: object) -> None:
        if self._is_requested:
            raise KeyboardInterrupt
        self._is_requested = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
