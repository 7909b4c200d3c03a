"""Comparability of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.tables.formatting import field_of, short_fingerprint

if TYPE_CHECKING:
    from benchmark.store.records import MetricRecord, RunRecords


@dataclass(frozen=True)
class Comparability:
    """The answer whether the runs of a page may be compared, with the reasons."""

    comparable: bool
    sentences: tuple[str, ...]


def compare_protocols(runs: Sequence[RunRecords]) -> Comparability:
    """Says whether the scores of several runs may be compared: only under one protocol and the same metrics."""
    fingerprints = [field_of(run.protocol, "fingerprint") for run in runs]
    if not all(fingerprints):
        return Comparability(False, ("A run has no protocol fingerprint, so nothing says that it may be compared.",))
    if len(set(fingerprints)) > 1:
        differing = ", ".join(
            f"run {index} has {short_fingerprint(fingerprint)}"
            for index, fingerprint in enumerate(fingerprints, start=1)
        )
        return Comparability(False, (f"The protocol fingerprints differ: {differing}.",))
    versions: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for run in runs:
        for metric in _available(run):
            versions.setdefault(metric.name, set()).add((metric.version, metric.backbones))
    differing_metrics = [name for name, found in versions.items() if len(found) > 1]
    if differing_metrics:
        names = ", ".join(differing_metrics)
        return Comparability(False, (f"Versions or backbones of these metrics differ between the runs: {names}.",))
    protocol = f"one protocol (fingerprint {short_fingerprint(fingerprints[0])})"
    held_by = {name: _runs_with(name, runs) for name in versions}
    partial = [
        f"{name} (only {'run' if len(numbers) == 1 else 'runs'} {', '.join(map(str, numbers))})"
        for name, numbers in held_by.items()
        if len(numbers) < len(runs)
    ]
    if not partial:
        return Comparability(True, (f"All runs share {protocol} and the same metrics.",))
    return Comparability(
        True,
        (f"All runs share {protocol}.", f"Not every run has the same metrics: {', '.join(partial)}."),
    )


def _runs_with(name: str, runs: Sequence[RunRecords]) -> list[int]:
    """Returns the numbers of the runs that have a metric."""
    return [
        number for number, run in enumerate(runs, start=1) if any(metric.name == name for metric in _available(run))
    ]


def _available(run: RunRecords) -> list[MetricRecord]:
    return [metric for metric in run.metrics if not metric.unavailable]
