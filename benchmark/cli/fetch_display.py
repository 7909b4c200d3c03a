"""Shows how downloads go: a bar on a terminal, plain lines elsewhere. Always on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from benchmark.models.asset import Asset, format_size


class FetchDisplay:
    """Observes downloads; see ``benchmark.models.download.DownloadObserver``."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("", visible=False)
        self._name = ""

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def next_file(self, asset: Asset) -> None:
        """Says which file the following is about."""
        self._name = asset.file

    def started(self, address: str, done: int, total: int | None) -> None:
        """Shows where the file comes from."""
        going_on = f", going on after {format_size(done)}" if done else ""
        if not self._console.is_terminal:
            self.say(f"fetching {self._name} ({format_size(total)}) from {urlsplit(address).netloc}{going_on}")
        self._bar.reset(self._task, total=total, completed=done, description=escape(self._name), visible=True)

    def advanced(self, done: int) -> None:
        """Moves the bar."""
        self._bar.update(self._task, completed=done)

    def waiting(self, reason: str, seconds: float) -> None:
        """Says why nothing moves."""
        self.say(f"{self._name}: {reason}; trying again in {seconds:.0f} s")

    def say(self, line: str) -> None:
        """Prints a line above the bar."""
        self._console.print(escape(line), highlight=False, soft_wrap=True)
