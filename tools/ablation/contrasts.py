"""The comparisons that a plan asks for: each arm with the method as it is, and with its controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.analysis.comparison import MethodComparison, compare_pairs, detectable_difference
from benchmark.analysis.scores import ScoreTable, ranking_metrics
from benchmark.store.records import MetricRecord, RunRecords, UnitStatus
from tools.ablation.plan import Asked


@dataclass(frozen=True)
class Contrasts:
    """The comparisons by one metric.

    Attributes:
        metric: The metric.
        pairs: The comparisons, arm first, by the names of both rows; without those that share no case.
    """

    metric: MetricRecord
    pairs: Mapping[tuple[str, str], MethodComparison]

    def detectable(self) -> list[float]:
        """Returns the smallest difference that each comparison would have shown four times in five, shown or not."""
        found = (detectable_difference(pair.difference, len(self.pairs)) for pair in self.pairs.values())
        return [difference for difference in found if difference is not None]


def contrasts_of(run: RunRecords, base: str, asked: Sequence[Asked], metrics: Sequence[str]) -> dict[str, Contrasts]:
    """Compares what the questions ask for, by each metric that has scores; Holm's family are all pairs of a metric.

    Args:
        run: The run.
        base: Name of the row of the method as it is.
        asked: The questions.
        metrics: Names of the metrics.
    """
    wanted = [(one.arm.name, other) for one in asked for other in (base, *(row.name for row in one.controls))]
    found: dict[str, Contrasts] = {}
    for metric in ranking_metrics(run):
        if metric.name in metrics:
            table = ScoreTable(run, metric.name, metric.direction)
            scored = {pair: table.paired(list(pair)) for pair in wanted if len(table.scored(pair)) == len(pair)}
            compared = compare_pairs(metric.name, scored, table.sign)
            found[metric.name] = Contrasts(metric, {(pair.first, pair.second): pair for pair in compared})
    return {name: found[name] for name in metrics if name in found}


@dataclass(frozen=True)
class Gain:
    """The gain of an arm over the method as it is in one case, in the unit of a metric; losses are below 0."""

    case: str
    gain: float


def gains(run: RunRecords, metric: MetricRecord, arm: str, base: str) -> list[Gain]:
    """Lists the gains of an arm case by case, the largest first.

    Args:
        run: The run.
        metric: The metric.
        arm: Name of the arm's row.
        base: Name of the row of the method as it is.
    """
    table = ScoreTable(run, metric.name, metric.direction)
    if len(table.scored([arm, base])) < 2:
        return []
    paired = table.paired([arm, base])
    differences = table.sign * (paired.values[:, 0] - paired.values[:, 1])
    listed = [Gain(case, float(gain)) for case, gain in zip(paired.cases, differences, strict=True)]
    return sorted(listed, key=lambda one: (-one.gain, one.case))


def alike(run: RunRecords, one: str, other: str) -> tuple[int, int]:
    """Counts the cases of which two rows have the same picture, byte for byte, among those that both have one of."""
    done = run.units[run.units["status"] == UnitStatus.OK]
    cases = set(done[done["method"] == one]["case"]) & set(done[done["method"] == other]["case"])
    same = sum(run.image_hashes[one, case] == run.image_hashes[other, case] for case in cases)
    return same, len(cases)
