"""Progress of freezing on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn

from benchmark.cli.bar_display import BarDisplay

_MOST_LINES = 20


class FreezeDisplay(BarDisplay):
    """Observes freezing and shows it."""

    def __init__(self) -> None:
        super().__init__(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._tasks: dict[tuple[str, int], TaskID] = {}

    def step(self, what: str, done: int, total: int) -> None:
        """Moves the bar, or shows a line for some of the steps."""
        if (what, total) not in self._tasks:
            self._tasks[what, total] = self._bar.add_task(escape(what), total=total)
        self._bar.update(self._tasks[what, total], completed=done)
        if not self._has_bar and (done == total or done % -(-total // _MOST_LINES) == 0):
            self.note(f"{what}: {done} of {total}")
