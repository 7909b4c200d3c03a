"""Check of the means of a run against bounds."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from benchmark.analysis.gate.snapshot import RUNTIME, is_disturbed, lacking_metrics
from benchmark.analysis.gate.thresholds_file import Threshold, is_pattern
from benchmark.analysis.gate.verdict import Finding, Outcome, Part
from benchmark.errors import InputError
from benchmark.method_source import Timing, is_measured
from benchmark.store.cost_columns import COST_COLUMNS, DISTURBED, TIME
from benchmark.store.records import RunRecords, UnitStatus
from benchmark.suggestion import suggest
from benchmark.wording import format_count

if TYPE_CHECKING:
    import pandas as pd


def check_thresholds(run: RunRecords, thresholds: tuple[Threshold, ...]) -> list[Finding]:
    """Checks the mean of every method and metric that a threshold selects.

    A method with failed or unfinished units, or whose metric failed, has no mean that could be trusted: it is missing.
    Skipped units do not count.

    Args:
        run: The run.
        thresholds: The bounds.

    Raises:
        InputError: A name is not part of the run, or a pattern selects nothing.
    """
    methods = {method.name: method.control for method in run.methods}
    components = [
        f"{metric.name}.{component}"
        for metric in run.metrics
        if not metric.unavailable
        for component in metric.components
    ]
    costs = dict.fromkeys((*COST_COLUMNS, RUNTIME), True)
    summarized = [row.metric for row in run.summary if row.metric not in costs]
    metrics = dict.fromkeys([*(metric.name for metric in run.metrics), *components, *summarized], False)
    return [
        replace(_check(run, threshold, method, metric), part=Part.THRESHOLDS)
        for number, threshold in enumerate(thresholds, start=1)
        for method in _select(f"entry {number}", "method", threshold.method, methods)
        for metric in _select(f"entry {number}", "metric", threshold.metric, metrics | costs)
    ]


def _select(where: str, kind: str, pattern: str, names: dict[str, bool]) -> list[str]:
    """Returns the names that a pattern selects; names that are kept apart are selected only by their full name."""
    if not is_pattern(pattern):
        if pattern not in names:
            raise InputError(f"thresholds {where}: the run has no {kind} {pattern!r}{suggest(pattern, names)}")
        return [pattern]
    selected = [name for name, is_apart in names.items() if not is_apart and fnmatchcase(name, pattern)]
    if not selected:
        known = ", ".join(name for name, is_apart in names.items() if not is_apart)
        raise InputError(f"thresholds {where}: no {kind} of the run matches {pattern!r}; there are: {known or 'none'}")
    return selected


def _check(run: RunRecords, threshold: Threshold, method: str, metric: str) -> Finding:
    unavailable = {entry.name: entry.unavailable for entry in run.metrics if entry.unavailable}
    if metric in unavailable:
        return Finding(Outcome.MISSING, method, metric, f"it could not be computed: {unavailable[metric]}")
    units = run.units[run.units["method"] == method]
    done = units[units["status"] == UnitStatus.OK]
    unfinished = len(run.cases) - len(units)
    failed = int((units["status"] == UnitStatus.FAILED).sum())
    without = sum((error.method, error.metric) == (method, metric.split(".")[0]) for error in run.score_errors)
    if unfinished or failed or without:
        reasons = ((failed, "unit", "failed"), (unfinished, "unit", "not finished"), (without, "score", "failed"))
        reason = ", ".join(f"{format_count(number, noun)} {what}" for number, noun, what in reasons if number)
        return Finding(Outcome.MISSING, method, metric, f"{reason} of {format_count(len(run.cases), 'case')}")
    if metric == RUNTIME and run.calibration is None:
        reason = "the run has no calibration, without which there is no runtime"
        return Finding(Outcome.NOT_COMPARABLE, method, metric, reason)
    record = next((one for one in run.methods if one.name == method), None)
    if metric in (*COST_COLUMNS, RUNTIME) and record and not is_measured(record.timing):
        where = "by one call of its program" if record.timing == Timing.SHARED else "elsewhere"
        reason = f"its pictures were made {where}, and what each of them cost was not measured"
        return Finding(Outcome.NOT_COMPARABLE, method, metric, reason)
    disturbed = 0
    if metric in (RUNTIME, TIME):
        is_sound = [not is_disturbed(unit) for unit in done.to_dict("records")]
        disturbed = len(done) - sum(is_sound)
        if disturbed and disturbed == len(done):
            return Finding(Outcome.NOT_COMPARABLE, method, metric, f"all its durations were {DISTURBED}")
        done = done[is_sound]
    finding = _mean(run, done, method, metric)
    if finding.now is None:
        return replace(finding, outcome=Outcome.MISSING, reason=lacking_metrics(run).get(metric, "there is no score"))
    if metric == RUNTIME and run.calibration and run.calibration.disturbed:
        reason = f"a calibration that was {DISTURBED} decides nothing"
        return replace(finding, outcome=Outcome.NOT_COMPARABLE, reason=reason, decides=False)
    outcome = Outcome.SAME if threshold.allows(finding.now) else Outcome.WORSE
    left_out = f"{disturbed} {DISTURBED} left out" if disturbed else ""
    words = "; ".join(filter(None, (f"has to be {threshold.bounds}", finding.reason, left_out)))
    return replace(finding, outcome=outcome, reason=words)


def _mean(run: RunRecords, units: pd.DataFrame, method: str, metric: str) -> Finding:
    """The mean over the units of a method; of a set metric, that of the summary.

    The finding's reason says why the number is not reliable, if it is not.
    """
    if metric != RUNTIME and metric not in units:
        rows = [row for row in run.summary if (row.method, row.metric) == (method, metric)]
        facts: dict[str, Any] = {"now": rows[0].mean, "cases": rows[0].n, "reason": rows[0].warning} if rows else {}
        return Finding(Outcome.SAME, method, metric, **facts)
    values = units[TIME if metric == RUNTIME else metric].astype("float64")
    if metric == RUNTIME and run.calibration:
        values = values / run.calibration.seconds
    scored = units[values.notna()]
    return Finding(
        outcome=Outcome.SAME,
        method=method,
        metric=metric,
        now=float(values.mean()) if len(scored) else None,
        cases=len(scored),
        contents=scored["content"].nunique(),
        styles=scored["style"].nunique(),
    )
