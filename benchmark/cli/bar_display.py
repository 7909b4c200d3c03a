"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, ProgressColumn

from benchmark.escaping import one_line


class BarDisplay:
    """Shows progress for as long as its context is entered.

    Args:
        columns: Columns of the bar.
        vanishes: Whether the bar is removed at the end.
    """

    def __init__(self, *columns: ProgressColumn, vanishes: bool = False) -> None:
        self._console = Console(stderr=True)
        self._has_bar = self._console.is_terminal
        self._bar = Progress(*columns, console=self._console, disable=not self._has_bar, transient=vanishes)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def note(self, line: str) -> None:
        """Shows a line, above the bar if there is one."""
        self._console.print(escape(one_line(line)), highlight=False, soft_wrap=True)
