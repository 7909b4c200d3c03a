"""All statistics of one run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmark.analysis.ablation import Ablation, ablations
from benchmark.analysis.agreement import RankAgreement, agreement_of_metrics
from benchmark.analysis.anchoring import AnchoredScore, Unanchored, anchored_scores
from benchmark.analysis.comparison import MethodComparison, compare_methods
from benchmark.analysis.design import Design, design_of
from benchmark.analysis.friedman import RankComparison, compare_ranks
from benchmark.analysis.scores import ScoreTable, ranked_methods, ranking_metrics
from benchmark.analysis.shared_means import LeftOut, SharedMean, shared_means
from benchmark.analysis.trade_off import TradeOff, trade_offs
from benchmark.store.records import RunRecords

SCHEMA_VERSION = 2


@dataclass(frozen=True)
class RunStatistics:
    """All statistics of the methods and metrics of one run.

    Attributes:
        comparisons: Every two methods by every metric.
        ranks: The methods' average ranks by every metric, which describe the run and show no difference.
        anchored: Mean scores between the controls.
        unanchored: The other scores, with the reasons why they have no place between the controls.
        means: Means of scores and costs over the cases that the methods share.
        left_out: Methods that have a score for too few cases to be compared with several others.
        agreement: Agreement of every two metrics.
        trade_offs: Pareto front of every content metric with every style metric.
        circular: By metric, the compared methods that optimised its network.
        design: What the cases of the run share, which decides how intervals and tests are made. Those of methods that
            answered only some of the cases are made by what these share.
        ablations: Methods with their variants; none where the run has no variants.
    """

    comparisons: tuple[MethodComparison, ...]
    ranks: tuple[RankComparison, ...]
    anchored: tuple[AnchoredScore, ...]
    unanchored: tuple[Unanchored, ...]
    means: tuple[SharedMean, ...]
    left_out: tuple[LeftOut, ...]
    agreement: tuple[RankAgreement, ...]
    trade_offs: tuple[TradeOff, ...]
    circular: dict[str, tuple[str, ...]]
    design: Design = Design.CROSSED
    ablations: tuple[Ablation, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Returns the statistics as JSON."""
        notes = {
            "ranks": "descriptive: Friedman's p-value and Nemenyi's critical difference take cases for independent, "
            f"{self.design.dependence}; what is shown, comparisons say",
            "intervals": f"t intervals and t tests with {self.design.error}: {self.design.explanation}",
        }
        values = asdict(self)
        if not self.ablations:
            del values["ablations"]
        return {"schema_version": SCHEMA_VERSION, "notes": notes, **values}


def analyze(run: RunRecords) -> RunStatistics:
    """Computes the statistics of a run. Controls anchor scales; they are not compared with the methods.

    Args:
        run: The run.
    """
    anchored, unanchored = anchored_scores(run)
    means, left_out = shared_means(run)
    return RunStatistics(
        comparisons=tuple(compare_methods(run)),
        ranks=tuple(_ranks(run)),
        anchored=tuple(anchored),
        unanchored=tuple(unanchored),
        means=tuple(means),
        left_out=tuple(left_out),
        agreement=tuple(agreement_of_metrics(run)),
        trade_offs=tuple(trade_offs(run, anchored, means)),
        circular=_circular(run),
        design=design_of([case.content for case in run.cases], [case.style for case in run.cases]),
        ablations=tuple(ablations(run)),
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
        table = ScoreTable(run, metric.name, metric.direction)
        shared = table.shared(ranked_methods(run))
        if len(shared.methods) >= 2 and shared.scores.cases:
            compared = compare_ranks(metric.name, shared.methods, table.sign * shared.scores.values)
            ranks.append(replace(compared, left_out=tuple(shared.left_out)))
    return ranks
