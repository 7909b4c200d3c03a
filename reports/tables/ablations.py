"""Ablations as tables: what each change of a method's settings helped, what it hurt, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.summary import time_to_rank_by
from benchmark.protocol.variant import describe_changes
from reports.tables.differences import MetricPairs, metric_pairs
from reports.tables.formatting import NOTHING
from reports.tables.titles import method_titles, metric_titles, shorten

if TYPE_CHECKING:
    from benchmark.analysis.ablation import Ablation
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords

CIRCULAR: Final = " ↻"
"""Behind a metric whose network the method optimised."""


@dataclass(frozen=True)
class Change:
    """A variant against its method: by which metrics it is shown to be better, to be worse, and to be neither.

    ``time`` is the mean time as a multiple of the method's, or a dash where the two do not compare.
    """

    title: str
    helped: tuple[str, ...]
    hurt: tuple[str, ...]
    open: tuple[str, ...]
    time: str


@dataclass(frozen=True)
class AblationTable:
    """A method with its variants. ``metrics`` holds the differences of each variant from the method."""

    method: str
    changes: tuple[Change, ...]
    metrics: tuple[MetricPairs, ...]


def build_ablations(run: RunRecords, statistics: RunStatistics) -> tuple[AblationTable, ...]:
    """Arranges the ablations of a run; there are none where it has no variants."""
    return tuple(_table(run, statistics, ablation) for ablation in statistics.ablations)


def change_titles(run: RunRecords, rows: Sequence[str]) -> dict[str, str]:
    """Returns short words for the changes of variants, by the names of their rows.

    Args:
        run: The run.
        rows: Names of the rows.
    """
    methods = {method.name: method for method in run.methods}
    titles = {name: shorten(describe_changes(methods[name].changes)) for name in rows}
    # Names of rows differ, also where words are cut.
    return {name: title if list(titles.values()).count(title) == 1 else name for name, title in titles.items()}


def _table(run: RunRecords, statistics: RunStatistics, ablation: Ablation) -> AblationTable:
    titles = {ablation.base: method_titles(run)[ablation.base]} | change_titles(run, ablation.variants)
    times = _times(run, statistics, ablation)
    metrics = metric_titles(run)
    circular = {(metric, name) for metric, names in statistics.circular.items() for name in names}
    changes = []
    for name in ablation.variants:
        found: dict[str, list[str]] = {"helped": [], "hurt": [], "open": []}
        for comparison in ablation.comparisons:
            if comparison.first == name:
                kind = "open" if not comparison.better else "helped" if comparison.better == name else "hurt"
                mark = CIRCULAR if (comparison.metric, name) in circular else ""
                found[kind].append(metrics[comparison.metric] + mark)
        words = {kind: tuple(names) for kind, names in found.items()}
        changes.append(Change(titles[name], words["helped"], words["hurt"], words["open"], times.get(name, NOTHING)))
    return AblationTable(
        titles[ablation.base], tuple(changes), metric_pairs(run, statistics, ablation.comparisons, titles)
    )


def _times(run: RunRecords, statistics: RunStatistics, ablation: Ablation) -> Mapping[str, str]:
    column = time_to_rank_by(run)
    if run.costs_apart:
        return {}
    means = {entry.method: entry.estimate.mean for entry in statistics.means if entry.metric == column}
    own = means.get(ablation.base)
    return {name: f"× {means[name] / own:.2f}" for name in ablation.variants if own and name in means}
