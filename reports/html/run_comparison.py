"""Several runs: changes from one to the next under one protocol, and runs of several protocols side by side."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from benchmark.analysis.comparability import Comparability, compare_identities
from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
from benchmark.analysis.gate.rules import GateRules
from benchmark.analysis.gate.snapshot import RUNTIME, Snapshot, take_snapshot
from benchmark.analysis.gate.verdict import Finding, Outcome, make_verdict
from benchmark.analysis.networks import networks_of_run
from benchmark.analysis.scores import ranked_methods
from benchmark.wording import format_factors
from reports.figures.all import DrawnFigure, draw
from reports.figures.trend import trend_figure
from reports.tables.formatting import MINUS, NOTHING, field_of, number_format, number_of, parse_time, short_fingerprint
from reports.tables.ranking import COSTS, DIRECTIONS
from reports.tables.titles import method_titles, metric_labels

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords

WORDS: Final = {Outcome.BETTER: "better", Outcome.WORSE: "worse", Outcome.SAME: "no change shown"}


@dataclass(frozen=True)
class Change:
    """A method by a metric before and now, on the cases of both runs."""

    method: str
    metric: str
    before: str
    now: str
    difference: str
    interval: str
    outcome: str
    words: str
    cases: str


@dataclass(frozen=True)
class RunComparison:
    """A run against an earlier one. ``remarks`` name what could not be compared and what else differs."""

    before: str
    now: str
    changes: tuple[Change, ...]
    remarks: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class SideBySideRow:
    """A method by a metric in every run: mean, interval with the number of cases, and networks; else empty texts.

    The last part names the metric's networks, then those of the method that are no published ones. Runs of several
    protocols have different cases, and are not compared.
    """

    metric: str
    method: str
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class RunHeading:
    """A run in the head of a column."""

    label: str
    protocol: str
    fingerprint: str


@dataclass(frozen=True)
class Comparison:
    """All comparisons of several runs. ``side_by_side`` is empty where all share a protocol.

    ``notes`` explain the marks of networks.
    """

    comparability: Comparability
    comparisons: tuple[RunComparison, ...]
    headings: tuple[RunHeading, ...]
    side_by_side: tuple[SideBySideRow, ...]
    trends: tuple[DrawnFigure, ...]
    notes: tuple[str, ...]


def build_comparison(runs: Sequence[RunRecords]) -> Comparison:
    """Compares the methods of runs of one protocol, and puts runs of several side by side.

    Runs of one protocol are ordered by the time at which they finished, if all state it, and else kept as given. Each
    is compared with the last one before it that has a method, not only controls, in common with it, on what both have.

    Args:
        runs: Runs, or tables of several runs; two runs or more in all.
    """
    originals = [original for run in runs for original in run.originals]
    labels = label_runs(runs)
    groups: dict[str, dict[int, RunRecords]] = {}
    for number, run in enumerate(originals, start=1):
        groups.setdefault(field_of(run.protocol, "fingerprint"), {})[number] = run
    known = {fingerprint: _in_order(group) for fingerprint, group in groups.items() if fingerprint}
    snapshots = [{number: _snapshot(run) for number, run in group.items()} for group in known.values()]
    trends = [
        draw(f"trend_{index}", "Trend", functools.partial(trend_figure, group, _measured_alike(taken)))
        for index, (group, taken) in enumerate(zip(known.values(), snapshots, strict=True), start=1)
    ]
    return Comparison(
        comparability=compare_identities(originals),
        comparisons=tuple(
            _compare(originals, taken, before, now) for taken in snapshots for before, now in _pairs(originals, taken)
        ),
        headings=tuple(
            RunHeading(
                label,
                field_of(run.protocol, "title", "name"),
                short_fingerprint(field_of(run.protocol, "fingerprint")),
            )
            for label, run in zip(labels, runs, strict=True)
        ),
        side_by_side=_side_by_side(runs) if len(groups) > 1 or "" in groups else (),
        trends=tuple(trend for trend in trends if trend is not None),
        notes=tuple(dict.fromkeys(note for run in runs for note in networks_of_run(run).notes())),
    )


def label_runs(runs: Sequence[RunRecords]) -> list[str]:
    """Returns a label for each run, or table of several runs: their numbers on the page, and their folders.

    Args:
        runs: The runs.
    """
    labels, number = [], 0
    for run in runs:
        numbers = range(number + 1, number + 1 + len(run.originals))
        number += len(numbers)
        labels.append(f"run{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))} ({run.folder_names})")
    return labels


def _pairs(runs: Sequence[RunRecords], ordered: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yields the number of each run after that of the last one before it with which it has a method in common."""
    names = {number: set(ranked_methods(runs[number - 1])) for number in ordered}
    for place, now in enumerate(names):
        before = next((earlier for earlier in reversed(list(names)[:place]) if names[earlier] & names[now]), None)
        if before is not None:
            yield before, now


def _in_order(group: Mapping[int, RunRecords]) -> dict[int, RunRecords]:
    finished = {number: parse_time(field_of(run.provenance, "finished")) for number, run in group.items()}
    moments = {number: moment for number, moment in finished.items() if moment is not None}
    if len(moments) < len(group):
        return dict(group)
    return {number: group[number] for number in sorted(group, key=lambda number: moments[number])}


def _snapshot(run: RunRecords) -> Snapshot | str:
    """Returns the scores of a run, or the reason why they cannot be read."""
    try:
        return take_snapshot(run)
    except (LookupError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def _measured_alike(taken: Mapping[int, Snapshot | str]) -> set[str]:
    known = [snapshot.metrics for snapshot in taken.values() if isinstance(snapshot, Snapshot)]
    return {
        name
        for name, identity in (known[0] if known else {}).items()
        if all(metrics.get(name) == identity for metrics in known)
    }


def _compare(runs: Sequence[RunRecords], taken: Mapping[int, Snapshot | str], before: int, now: int) -> RunComparison:
    labels = label_runs(runs)
    earlier, later = (labels[number - 1] for number in (before, now))
    old, new = taken[before], taken[now]
    damaged = [
        f"{label} is too damaged to be compared ({snapshot})"
        for label, snapshot in ((earlier, old), (later, new))
        if isinstance(snapshot, str)
    ]
    if isinstance(old, str) or isinstance(new, str):
        return RunComparison(earlier, later, changes=(), remarks=tuple(damaged), summary="not compared")
    shared = old.methods.keys() & new.methods.keys()
    old, new = (
        replace(side, methods={name: method for name, method in side.methods.items() if name in shared})
        for side in (old, new)
    )
    verdict = make_verdict("", compare_snapshots(old, new, GateRules()), differences_of_note(old, new))
    compared = [finding for finding in verdict.findings if _is_compared(finding)]
    remarks = [
        f"{finding.subject}: {finding.outcome.replace('_', ' ')}, {finding.reason}"
        for finding in verdict.findings
        if not _is_compared(finding)
    ]
    counts = {outcome: sum(finding.outcome is outcome for finding in compared) for outcome in WORDS}
    # Both runs have the networks of their protocol.
    methods, metrics = method_titles(runs[now - 1]), {RUNTIME: "Runtime", **metric_labels(runs[now - 1])}
    return RunComparison(
        earlier,
        later,
        changes=tuple(_change(finding, methods, metrics) for finding in compared),
        remarks=(*remarks, *verdict.notes),
        summary=", ".join(f"{count} {WORDS[outcome]}" for outcome, count in counts.items() if count)
        or "nothing shared",
    )


def _is_compared(finding: Finding) -> bool:
    return finding.difference is not None and finding.outcome in WORDS


def _change(finding: Finding, methods: Mapping[str, str], metrics: Mapping[str, str]) -> Change:
    numbers = [number for number in (finding.before, finding.now) if number is not None]
    ends = [finding.interval.low, finding.interval.high] if finding.interval else []
    show, show_difference = number_format(numbers), number_format([finding.difference or 0.0, *ends])
    return Change(
        method=methods.get(finding.method, finding.method),
        metric=metrics.get(finding.metric, finding.metric),
        before=NOTHING if finding.before is None else show(finding.before),
        now=NOTHING if finding.now is None else show(finding.now),
        difference=NOTHING if finding.difference is None else _signed(show_difference(finding.difference)),
        interval=f" {NOTHING} ".join(map(show_difference, ends)),
        outcome=finding.outcome,
        words=WORDS.get(finding.outcome, finding.outcome),
        cases=f"{finding.cases:,} ({format_factors(finding.cases, finding.contents, finding.styles)})",
    )


def _signed(text: str) -> str:
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def _side_by_side(runs: Sequence[RunRecords]) -> tuple[SideBySideRow, ...]:
    methods = {method.name: method.title or method.name for run in runs for method in run.methods}
    metrics = {
        metric.name: f"{metric.title or metric.name} {DIRECTIONS[metric.direction][0]}".strip()
        for run in runs
        for metric in run.metrics
    } | {name: title for name, (title, _) in COSTS.items()}
    found = [({(row.metric, row.method): row for row in run.summary}, networks_of_run(run)) for run in runs]
    rows = []
    for metric, title in metrics.items():
        numbers = [number_of(row.mean) for rows_, _ in found for row in rows_.values() if row.metric == metric]
        show = COSTS[metric][1] if metric in COSTS else number_format([each for each in numbers if each is not None])
        for method, name in methods.items():
            cells = []
            for summary, networks in found:
                row = summary.get((metric, method))
                mean, low, high = (number_of(row and getattr(row, end)) for end in ("mean", "low", "high"))
                interval = f"{show(low)} {NOTHING} {show(high)}" if low is not None and high is not None else ""
                interval = f"{interval} n = {row.n:,}".strip() if row and mean is not None else ""
                made = "; ".join(filter(None, (networks.metric(metric), networks.stand_ins(method))))
                sign = " ⚠" if row and row.warning else ""
                cells.append(("" if mean is None else show(mean) + sign, interval, "" if mean is None else made))
            if any(text for text, _, _ in cells):
                rows.append(SideBySideRow(title, name, tuple(cells)))
    return tuple(rows)
