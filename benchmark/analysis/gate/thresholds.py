"""Checks the means of a run against bounds."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from benchmark.analysis.gate.snapshot import RUNTIME
from benchmark.analysis.gate.thresholds_file import Threshold, is_pattern
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.analysis.summary import COST_COLUMNS
from benchmark.errors import InputError
from benchmark.store.records import RunRecords, UnitStatus
from benchmark.suggestion import suggest

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
    metrics = dict.fromkeys([*(metric.name for metric in run.metrics), *components], False)
    costs = dict.fromkeys((*COST_COLUMNS, RUNTIME), True)
    return [
        _check(run, threshold, method, metric)
        for number, threshold in enumerate(thresholds, start=1)
        for method in _select(f"entry {number}", "method", threshold.method, methods)
        for metric in _select(f"entry {number}", "metric", threshold.metric, metrics | costs)
    ]


def _select(where: str, kind: str, pattern: str, names: dict[str, bool]) -> list[str]:
    """The names that a pattern selects; those that are apart only by their full name."""
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
        reasons = ((failed, "units failed"), (unfinished, "units are not finished"), (without, "scores failed"))
        reason = ", ".join(f"{number} {what}" for number, what in reasons if number)
        return Finding(Outcome.MISSING, method, metric, f"{reason} of {len(run.cases)} cases")
    values = _numbers(run, done, metric)
    if values is None:
        reason = "the run has no calibration, without which there is no runtime"
        return Finding(Outcome.NOT_COMPARABLE, method, metric, reason)
    values = values.dropna()
    if values.empty:
        return Finding(Outcome.MISSING, method, metric, "no case has a score")
    mean = float(values.mean())
    return Finding(
        outcome=Outcome.SAME if threshold.allows(mean) else Outcome.WORSE,
        method=method,
        metric=metric,
        reason=f"has to be {threshold.bounds}",
        now=mean,
        cases=len(values),
        contents=done.loc[values.index, "content"].nunique(),
        styles=done.loc[values.index, "style"].nunique(),
    )


def _numbers(run: RunRecords, units: pd.DataFrame, metric: str) -> pd.Series[float] | None:
    if metric != RUNTIME:
        return units[metric].astype("float64")
    return None if run.calibration is None else units["seconds"].astype("float64") / run.calibration.seconds
