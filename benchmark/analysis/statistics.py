"""All statistics of one run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from benchmark.analysis.agreement import RankAgreement, agreement_of_metrics
from benchmark.analysis.anchoring import AnchoredScore, anchored_scores
from benchmark.analysis.comparison import MethodComparison, compare_methods
from benchmark.analysis.friedman import RankComparison, compare_ranks
from benchmark.analysis.scores import ScoreTable, ranked_methods, ranking_metrics
from benchmark.analysis.trade_off import TradeOff, trade_offs
from benchmark.store.records import RunRecords

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class RunStatistics:
    """What the cases of one run say about its methods and metrics.

    Attributes:
        comparisons: Every two methods by every metric.
        ranks: The methods' average ranks by every metric.
        anchored: Mean scores between the controls.
        agreement: Agreement of every two metrics.
        trade_offs: Pareto front of every content metric with every style metric.
        circular: By metric, the compared methods that optimised its network.
    """

    comparisons: tuple[MethodComparison, ...]
    ranks: tuple[RankComparison, ...]
    anchored: tuple[AnchoredScore, ...]
    agreement: tuple[RankAgreement, ...]
    trade_offs: tuple[TradeOff, ...]
    circular: dict[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """The statistics as JSON."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


def analyze(run: RunRecords) -> RunStatistics:
    """Computes the statistics of a run. Controls anchor scales; they are not compared with the methods.

    Args:
        run: The run.
    """
    anchored = anchored_scores(run)
    return RunStatistics(
        comparisons=tuple(compare_methods(run)),
        ranks=tuple(_ranks(run)),
        anchored=tuple(anchored),
        agreement=tuple(agreement_of_metrics(run)),
        trade_offs=tuple(trade_offs(run, anchored)),
        circular=_circular(run),
    )


def _circular(run: RunRecords) -> dict[str, tuple[str, ...]]:
    methods = ranked_methods(run)
    found: dict[str, tuple[str, ...]] = {}
    for metric in ranking_metrics(run):
        circular = {row.method for row in run.summary if row.metric == metric.name and row.circular}
        if circular.intersection(methods):
            found[metric.name] = tuple(method for method in methods if method in circular)
    return found


def _ranks(run: RunRecords) -> list[RankComparison]:
    ranks: list[RankComparison] = []
    for metric in ranking_metrics(run):
        table = ScoreTable(run, metric)
        methods = table.scored(ranked_methods(run))
        if len(methods) < 2:
            continue
        paired = table.paired(methods)
        if len(paired.values):
            ranks.append(compare_ranks(metric.name, methods, table.sign * paired.values))
    return ranks
