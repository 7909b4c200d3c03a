"""Progress of downloads on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from benchmark.cli.bar_display import BarDisplay
from benchmark.models.asset import Asset, format_size


class FetchDisplay(BarDisplay):
    """Observes downloads; see ``benchmark.models.download.DownloadObserver``."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            vanishes=True,
        )
        self._task = self._bar.add_task("", visible=False)
        self._name = ""

    def next_file(self, asset: Asset) -> None:
        """Announces the file whose download follows."""
        self._name = asset.file

    def started(self, address: str, done: int, total: int | None) -> None:
        """Shows the address of the file."""
        going_on = f", going on after {format_size(done)}" if done else ""
        if not self._has_bar:
            self.note(f"fetching {self._name} ({format_size(total)}) from {urlsplit(address).netloc}{going_on}")
        self._bar.reset(self._task, total=total, completed=done, description=escape(self._name), visible=True)

    def advanced(self, done: int) -> None:
        """Moves the bar."""
        self._bar.update(self._task, completed=done)

    def waiting(self, reason: str, seconds: float) -> None:
        """Says why the download waits."""
        self.note(f"{self._name}: {reason}; trying again in {seconds:.0f} s")
