"""Progress of a run on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from benchmark.cli.bar_display import BarDisplay
from benchmark.escaping import one_line, printable
from benchmark.plan.unit import Unit
from benchmark.store.journal import UnitRecord
from benchmark.store.records import UnitStatus


class RemainingTime:
    """Estimates how long the rest of a run takes.

    A unit is expected to take as long as the mean of its method so far, or, for a method that has not begun, the mean
    of the methods that have.
    """

    def __init__(self, left: Mapping[str, int]) -> None:
        """Starts with no unit ended.

        Args:
            left: Number of units by method.
        """
        self._left = dict(left)
        self._seconds: dict[str, list[float]] = defaultdict(list)

    def ended(self, method: str, seconds: float) -> None:
        """Records a unit that ended.

        Args:
            method: Name of its method.
            seconds: Its whole duration, in seconds.
        """
        self._left[method] -= 1
        total, number = self._seconds[method] or (0.0, 0)
        self._seconds[method] = [total + seconds, number + 1]

    def seconds(self) -> float | None:
        """Returns the seconds that are left, or ``None`` before the first unit has ended."""
        parts = [self.seconds_of(method) for method in self._left]
        return None if None in parts else sum(part for part in parts if part is not None)

    def seconds_of(self, method: str) -> float | None:
        """Returns the seconds that are left for one method, or ``None`` before the first unit of any has ended."""
        means = {name: total / number for name, (total, number) in self._seconds.items()}
        if not means:
            return None
        typical = sum(means.values()) / len(means)
        return self._left[method] * means.get(method, typical)


@dataclass
class MethodProgress:
    """What the live table says of a method.

    Attributes:
        left: Number of units that have not ended.
        done: Number of units with a picture.
        failed: Number of failed units.
        skipped: Number of skipped units.
        stylizing: Seconds that the pictures took together, where they were timed.
        timed: Number of those pictures.
    """

    left: int
    done: int = 0
    failed: int = 0
    skipped: int = 0
    stylizing: float = 0.0
    timed: int = 0

    def ended(self, record: UnitRecord) -> None:
        """Counts a unit that ended."""
        self.left -= 1
        self.done += record.status is UnitStatus.OK
        self.failed += record.status is UnitStatus.FAILED
        self.skipped += record.status is UnitStatus.SKIPPED
        if record.seconds is not None:
            self.stylizing += record.seconds
            self.timed += 1


class ProgressDisplay(BarDisplay):
    """Observes a run and shows it on standard error: a live table with a bar on a terminal, plain lines elsewhere.

    Args:
        folder: Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[remaining]}"),
        )
        self._folder = folder
        self._finished = 0
        self._total = 0
        self._methods: dict[str, MethodProgress] = {}
        self._last = ""
        self._live = Live(console=self._console, get_renderable=self._view, auto_refresh=self._has_bar)

    def __enter__(self) -> Self:
        if self._has_bar:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._has_bar:
            self._live.stop()

    def _view(self) -> RenderableType:
        table = Table(box=None, pad_edge=False)
        table.add_column("method", no_wrap=True)
        for heading in ("done", "failed", "skipped", "a picture", "left"):
            table.add_column(heading, justify="right", no_wrap=True)
        for name, method in self._methods.items():
            table.add_row(
                escape(name),
                str(method.done),
                f"[red]{method.failed}[/red]" if method.failed else "",
                str(method.skipped or ""),
                f"{method.stylizing / method.timed:.2f} s" if method.timed else "",
                format_remaining(self._remaining.seconds_of(name)) if method.left else "–",
            )
        last = [Text(f"last picture: {self._last}", style="dim", no_wrap=True, overflow="ellipsis")]
        return Group(table, self._bar, *last[: bool(self._last)])

    def planned(self, left: Mapping[str, int], finished: int) -> None:
        """Shows the number of units to do."""
        self._total = finished + sum(left.values())
        self._finished = finished
        self._remaining = RemainingTime(left)
        self._methods = {method: MethodProgress(number) for method, number in left.items()}
        self._task = self._bar.add_task("", total=self._total, completed=finished, remaining="")
        if finished:
            self.note(f"continuing: {finished} of {self._total} units are finished")

    def started(self, unit: Unit) -> None:
        """Shows the unit that runs."""
        self._bar.update(self._task, description=escape(f"{unit.method} · {unit.case.id}"))

    def ended(self, unit: Unit, record: UnitRecord, seconds: float) -> None:
        """Shows the result of a unit."""
        self._finished += 1
        self._remaining.ended(unit.method, seconds)
        self._methods[unit.method].ended(record)
        if record.image:
            self._last = one_line(printable(self._folder / record.image))
        remaining = format_remaining(self._remaining.seconds())
        self._bar.update(self._task, completed=self._finished, remaining=remaining)
        problem = f": {record.error}" if record.error else ""
        problem += "".join(f"; {metric} failed: {reason}" for metric, reason in record.score_errors.items())
        if not self._has_bar or record.status is UnitStatus.FAILED or record.score_errors:
            line = f"[{self._finished}/{self._total}] {unit.method} {unit.case.id} {record.status}{problem}"
            timing = f" ({seconds:.1f} s, {remaining})" if remaining else ""
            self.note(line + timing)


def format_remaining(seconds: float | None) -> str:
    """Returns words for the time that is left, for instance ``about 2 min left``."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"
