"""Shows how freezing goes: a bar on a terminal, plain lines elsewhere. Always on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_MOST_LINES = 20


class FreezeDisplay:
    """Observes freezing and shows it."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[tuple[str, int], TaskID] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def note(self, line: str) -> None:
        """Shows a line."""
        self._console.print(escape(line), highlight=False, soft_wrap=True)

    def step(self, what: str, done: int, total: int) -> None:
        """Moves the bar, or shows a line for some of the steps."""
        if (what, total) not in self._tasks:
            self._tasks[what, total] = self._bar.add_task(escape(what), total=total)
        self._bar.update(self._tasks[what, total], completed=done)
        if not self._console.is_terminal and (done == total or done % -(-total // _MOST_LINES) == 0):
            self.note(f"{what}: {done} of {total}")
