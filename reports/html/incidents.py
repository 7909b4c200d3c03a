"""Failures and skips with their reasons: units, missing scores, unavailable metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.store.records import UnitStatus
from benchmark.wording import format_count
from reports.html.logs import Log, copy_logs

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.html.linked_files import LinkedFiles
    from reports.tables.units import Unit


@dataclass(frozen=True)
class Incident:
    """Cases on which a method ended in the same way for the same reason."""

    method: str
    outcome: str
    reason: str
    cases: tuple[str, ...]
    log: Log | None = None


@dataclass(frozen=True)
class UnavailableMetric:
    """A metric that is unavailable, or of which scores are missing."""

    title: str
    reason: str


@dataclass(frozen=True)
class Incidents:
    """All failures, skips and missing scores; failures come before skips."""

    units: tuple[Incident, ...]
    metrics: tuple[UnavailableMetric, ...]


def collect_incidents(
    run: RunRecords, units: Mapping[tuple[str, str], Unit], files: LinkedFiles | None = None
) -> Incidents:
    """Groups failures and skips by method and reason, and lists the scores that are missing.

    Args:
        run: The run.
        units: Its units.
        files: Folder of files that the logs of failed methods are copied to; without it they are not copied.
    """
    titles = {method.name: method.title or method.name for method in run.methods}
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for unit in units.values():
        if unit.status != UnitStatus.OK:
            grouped.setdefault((unit.method, unit.status, unit.error), []).append(unit.case)
    failed = {method for method, status, _ in grouped if status != UnitStatus.SKIPPED}
    logs = copy_logs(run, failed, files)
    incidents = [
        Incident(
            titles.get(method, method),
            status or "unknown",
            reason or "No reason was recorded.",
            tuple(cases),
            None if status == UnitStatus.SKIPPED else logs.get(method),
        )
        for (method, status, reason), cases in grouped.items()
    ]
    finished = len({(method.name, case.id) for method in run.methods for case in run.cases} & units.keys())
    open_units = len(run.methods) * len(run.cases) - finished
    if open_units:
        incidents.append(Incident("", "not run", f"{format_count(open_units, 'unit')} not run yet.", ()))
    order = [UnitStatus.FAILED.value, "unknown", "not run", UnitStatus.SKIPPED.value]
    return Incidents(
        units=tuple(sorted(incidents, key=lambda item: _rank(item.outcome, order))),
        metrics=tuple(_unavailable(run, units)),
    )


def _rank(outcome: str, order: list[str]) -> int:
    return order.index(outcome) if outcome in order else 1


def _unavailable(run: RunRecords, units: Mapping[tuple[str, str], Unit]) -> list[UnavailableMetric]:
    finished = [unit for unit in units.values() if unit.status == UnitStatus.OK]
    found = []
    for metric in run.metrics:
        title = metric.title or metric.name
        if metric.sample_size is not None and not metric.unavailable:
            found += [
                UnavailableMetric(title, f"No score for {row.method}: {row.warning}.")
                for row in run.summary
                if row.metric == metric.name and row.mean is None and row.warning
            ]
            continue
        missing = sum(metric.name not in unit.scores for unit in finished)
        if metric.unavailable:
            found.append(UnavailableMetric(title, metric.unavailable))
        elif missing:
            pictures = format_count(len(finished), "stylized image")
            reasons = {error.reason for error in run.score_errors if error.metric == metric.name}
            found.append(
                UnavailableMetric(title, " ".join([f"No score for {missing:,} of {pictures}.", *sorted(reasons)]))
            )
    return found
