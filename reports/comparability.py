"""Whether runs may be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.formatting import field_of, short_fingerprint

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


@dataclass(frozen=True)
class Comparability:
    """Whether the runs of a page may be compared, and why."""

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
        for metric in run.metrics:
            versions.setdefault(metric.name, set()).add((metric.version, metric.backbones))
    differing_metrics = [name for name, found in versions.items() if len(found) > 1]
    if differing_metrics:
        names = ", ".join(differing_metrics)
        return Comparability(False, (f"Versions or backbones of these metrics differ between the runs: {names}.",))
    shared = short_fingerprint(fingerprints[0])
    return Comparability(True, (f"All runs share one protocol (fingerprint {shared}) and the same metrics.",))
