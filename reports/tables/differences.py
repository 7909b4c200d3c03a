"""Differences between methods, pair by pair, and the agreement of metrics on their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Axis
from benchmark.wording import format_factors
from reports.tables.formatting import MINUS, NOTHING, NumberFormat, number_format
from reports.tables.titles import marked_titles, method_titles, metric_titles

if TYPE_CHECKING:
    from benchmark.analysis.agreement import RankAgreement
    from benchmark.analysis.comparison import MethodComparison
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords

AGREEMENT_LEVELS: Final = 5
"""Steps of the palette on either side of zero."""


@dataclass(frozen=True)
class Pair:
    """Two methods compared by one metric; those that optimised its network are marked.

    ``interval`` is at the level of Holm's step, which decides. ``disagreement`` is the reason why neither is called
    better although the mean alone would call it so.
    """

    first: str
    second: str
    difference: str
    interval: str
    effect: str
    p_value: str
    better: str
    detectable: str
    cases: str
    disagreement: str = ""


@dataclass(frozen=True)
class MetricPairs:
    """All pairs of one metric; ``shown`` of them differ. ``network`` made its scores."""

    metric: str
    pairs: tuple[Pair, ...]
    shown: int
    network: str = ""


@dataclass(frozen=True)
class Wins:
    """The metrics by which a method is shown to be better than another: their number, and ``metrics``, their names.

    Metrics whose network it optimised do not count; ``circular`` names those.
    """

    count: int
    metrics: str
    circular: str


@dataclass(frozen=True)
class WinRow:
    """A method's wins against every method; ``None`` against itself."""

    method: str
    wins: tuple[Wins | None, ...]


@dataclass(frozen=True)
class AgreementCell:
    """Kendall's τ of two metrics: −1 for opposite orders, 1 for the same; ``level`` is its step in the palette."""

    text: str
    level: int | None
    title: str


@dataclass(frozen=True)
class AgreementRow:
    """The agreement of one metric with every metric; ``None`` with itself."""

    metric: str
    cells: tuple[AgreementCell | None, ...]


@dataclass(frozen=True)
class Differences:
    """The paired comparisons by ``metrics``, and the agreement of metrics."""

    wins: tuple[WinRow, ...]
    compared: int
    metrics: tuple[MetricPairs, ...]
    agreement: tuple[AgreementRow, ...]


def build_differences(run: RunRecords, statistics: RunStatistics) -> Differences | None:
    """Arranges the statistics of a run, or returns ``None`` where no two methods can be compared."""
    if not statistics.comparisons:
        return None
    methods, metrics = method_titles(run), metric_titles(run)
    pairs = metric_pairs(run, statistics, statistics.comparisons, methods)
    return Differences(
        wins=_wins(statistics, methods, metrics),
        compared=len(pairs),
        metrics=pairs,
        agreement=_agreement(statistics, {name: metrics[name] for name in _by_question(run)}),
    )


def metric_pairs(
    run: RunRecords, statistics: RunStatistics, comparisons: Sequence[MethodComparison], methods: Mapping[str, str]
) -> tuple[MetricPairs, ...]:
    """Arranges comparisons by metrics.

    Args:
        run: The run.
        statistics: Its statistics, which tell circular scores.
        comparisons: Comparisons of two methods each.
        methods: Titles of the methods by name.
    """
    networks, metrics = networks_of_run(run), metric_titles(run)
    by_metric: dict[str, list[MethodComparison]] = {}
    for comparison in comparisons:
        by_metric.setdefault(comparison.metric, []).append(comparison)
    return tuple(
        MetricPairs(
            metrics[metric],
            tuple(
                _pair(comparison, marked_titles(methods, statistics.circular.get(metric, ())), _format(found))
                for comparison in found
            ),
            sum(bool(comparison.better) for comparison in found),
            networks.metric(metric),
        )
        for metric, found in by_metric.items()
    )


def _by_question(run: RunRecords) -> list[str]:
    """Returns the metrics' names grouped by the question that they answer, so that agreement shows as blocks."""
    axes = list(Axis)
    known = [metric for metric in run.metrics if metric.axis in axes]
    others = [metric for metric in run.metrics if metric.axis not in axes]
    return [metric.name for metric in (*sorted(known, key=lambda metric: axes.index(Axis(metric.axis))), *others)]


def _format(comparisons: list[MethodComparison]) -> NumberFormat:
    numbers = [comparison.difference.mean for comparison in comparisons]
    for comparison in comparisons:
        if comparison.corrected:
            numbers += [comparison.corrected.low, comparison.corrected.high]
    return number_format(numbers)


def _pair(comparison: MethodComparison, methods: dict[str, str], show: NumberFormat) -> Pair:
    difference = comparison.difference
    interval = comparison.corrected
    detectable = "" if comparison.better else NOTHING if comparison.detectable is None else show(comparison.detectable)
    return Pair(
        first=methods[comparison.first],
        second=methods[comparison.second],
        difference=show(difference.mean),
        interval=f"{show(interval.low)} {NOTHING} {show(interval.high)}" if interval else "",
        effect=f"{comparison.effect:+.2f}".replace("-", MINUS),
        p_value=NOTHING if difference.standard_error is None else f"{comparison.p_holm:.2g}",
        better=methods[comparison.better] if comparison.better else "",
        detectable=detectable,
        cases=f"{difference.cases} ({format_factors(difference.cases, difference.contents, difference.styles)})",
        disagreement=comparison.disagreement,
    )


def _wins(statistics: RunStatistics, methods: dict[str, str], metrics: dict[str, str]) -> tuple[WinRow, ...]:
    won: dict[tuple[str, str], list[str]] = {}
    circular: dict[tuple[str, str], list[str]] = {}
    compared = dict.fromkeys(name for entry in statistics.comparisons for name in (entry.first, entry.second))
    for entry in statistics.comparisons:
        if entry.better:
            other = entry.second if entry.better == entry.first else entry.first
            kind = circular if entry.better in statistics.circular.get(entry.metric, ()) else won
            kind.setdefault((entry.better, other), []).append(metrics[entry.metric])
    names = [name for name in methods if name in compared]
    return tuple(
        WinRow(
            methods[name],
            tuple(
                None
                if name == other
                else Wins(
                    len(found := won.get((name, other), [])),
                    ", ".join(found),
                    ", ".join(circular.get((name, other), [])),
                )
                for other in names
            ),
        )
        for name in names
    )


def _agreement(statistics: RunStatistics, metrics: dict[str, str]) -> tuple[AgreementRow, ...]:
    found = {frozenset((entry.first, entry.second)): entry for entry in statistics.agreement}
    names = [name for name in metrics if any(name in pair for pair in found)]
    return tuple(
        AgreementRow(
            metrics[one],
            tuple(None if one == other else _cell(found.get(frozenset((one, other)))) for other in names),
        )
        for one in names
    )


def _cell(entry: RankAgreement | None) -> AgreementCell:
    if entry is None or entry.within_cases is None:
        return AgreementCell(NOTHING, None, "no case in which both order the methods")
    tau, interval = entry.within_cases.mean, entry.within_cases.interval
    text = f"{tau:.2f}".replace("-", MINUS)
    words = [f"within cases {text}"]
    if interval:
        words.append(f"95 % interval {interval.low:.2f} to {interval.high:.2f}".replace("-", MINUS))
    if entry.of_means is not None:
        words.append(f"of the means {entry.of_means:.2f}".replace("-", MINUS))
    return AgreementCell(text, round(tau * AGREEMENT_LEVELS), "; ".join(words))
