"""Progress of a run on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from benchmark.cli.bar_display import BarDisplay
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
        means = {method: total / number for method, (total, number) in self._seconds.items()}
        if not means:
            return None
        typical = sum(means.values()) / len(means)
        return sum(number * means.get(method, typical) for method, number in self._left.items())


class ProgressDisplay(BarDisplay):
    """Observes a run and shows it on standard error."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[remaining]}"),
        )
        self._finished = 0
        self._total = 0

    def planned(self, left: Mapping[str, int], finished: int) -> None:
        """Shows the number of units to do."""
        self._total = finished + sum(left.values())
        self._finished = finished
        self._remaining = RemainingTime(left)
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
