"""What the numbers of a run carry, in a few sentences that are made by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.summary import time_to_rank_by
from benchmark.contracts.metric import Axis, Direction
from benchmark.wording import format_count
from reports.tables.verdicts import Mark

if TYPE_CHECKING:
    from benchmark.analysis.anchoring import AnchoredScore
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords
    from reports.tables.ranking import Cell, Ranking, Row, Scores

AXES: Final = (Axis.STYLE, Axis.CONTENT, Axis.TEXT)
"""The axes that a reader asks for, in this order."""
_SAYS: Final = {
    Axis.STYLE: "keeps the style best",
    Axis.CONTENT: "keeps the content best",
    Axis.TEXT: "says best what the prompts say",
}
_NOTABLE_RATIO: Final = 1.5
"""Of two durations; nearer ones are not worth a sentence."""


@dataclass(frozen=True)
class HeadlineMetric:
    """The metric that stands for an axis where there is room for one number only.

    Attributes:
        axis: The axis.
        name: Name of the metric.
        title: Its title.
    """

    axis: Axis
    name: str
    title: str


def headline_metrics(run: RunRecords, anchored: Sequence[AnchoredScore]) -> tuple[HeadlineMetric, ...]:
    """Chooses a metric for each axis on which scores have a place between the controls.

    Of the anchored metrics of an axis it is the one by which the fewest methods are circular, and of several the first
    in the order of the run.

    Args:
        run: The run.
        anchored: Its scores between the controls.
    """
    names = {entry.metric for entry in anchored}
    circular = dict.fromkeys(names, 0)
    for row in run.summary:
        if row.metric in names and row.circular and not row.control:
            circular[row.metric] += 1
    chosen = []
    for axis in AXES:
        found = [metric for metric in run.metrics if metric.name in names and metric.axis == axis]
        if found:
            metric = min(found, key=lambda metric: circular[metric.name])
            chosen.append(HeadlineMetric(axis, metric.name, metric.title or metric.name))
    return tuple(chosen)


def build_findings(
    run: RunRecords, scores: Scores, statistics: RunStatistics, headlines: Sequence[HeadlineMetric]
) -> tuple[str, ...]:
    """Says in sentences which method is best on each axis and how sure that is, what it costs, and what stays open.

    Args:
        run: The run.
        scores: Its tables of scores.
        statistics: Its statistics.
        headlines: The metric that stands for each axis.
    """
    anchored = {(entry.metric, entry.method): entry for entry in statistics.anchored}
    sentences = [
        sentence
        for headline in headlines
        for ranking in scores.rankings
        if ranking.axis == headline.axis and (sentence := _best(headline, ranking, anchored, statistics))
    ]
    sentences += [_costs(run, scores, headlines), _open_questions(run, statistics)]
    return tuple(filter(None, sentences))


def _best(
    headline: HeadlineMetric,
    ranking: Ranking,
    anchored: dict[tuple[str, str], AnchoredScore],
    statistics: RunStatistics,
) -> str:
    cells = {row.method: (row, cell) for row in ranking.methods if (cell := _cell_of(row, headline.name)) is not None}
    best = [row for row, cell in cells.values() if cell.mark is Mark.BEST]
    if len(best) != 1:
        return ""
    name = best[0].method
    others = {method: cell for method, (_, cell) in cells.items() if method != name and cell.value is not None}
    close = [cells[method][0].title for method, cell in others.items() if cell.mark is Mark.CLOSE]
    worse = {
        other
        for comparison in statistics.comparisons
        if comparison.metric == headline.name and comparison.better == name
        for other in (comparison.first, comparison.second)
    }
    beaten = sum(method in worse and not cell.circular for method, cell in others.items())
    entry = anchored.get((headline.name, name))
    found = ""
    if entry is not None:
        found = f" ({entry.score:.2f} of the way between the controls"
        found += f", {entry.interval.low:.2f} to {entry.interval.high:.2f})" if entry.interval else ")"
    beginning = f"By {headline.title}, {best[0].title} {_SAYS[headline.axis]}{found}"
    left_out = len(others) - beaten - len(close)
    apart = f" Left out: {_circular_or_apart(others, left_out)}." if left_out else ""
    if close and not beaten:
        return f"{beginning}, but no other method is shown to be worse.{apart}"
    if close:
        return f"{beginning}; {_listed(close)} not shown to be worse.{apart}"
    scope = "every other method here" if not left_out else "every other method that it is compared with"
    return f"{beginning}, better than {scope}.{apart}" if beaten else ""


def _circular_or_apart(others: dict[str, Cell], number: int) -> str:
    circular = sum(cell.circular for cell in others.values())
    words = [f"{format_count(circular, 'circular score')}"] * bool(circular)
    words += [f"{format_count(number - circular, 'method')} without a test"] * (number > circular)
    return " and ".join(words)


def _costs(run: RunRecords, scores: Scores, headlines: Sequence[HeadlineMetric]) -> str:
    column = time_to_rank_by(run)
    costs = next((ranking for ranking in scores.rankings if ranking.axis == Axis.COST), None)
    if costs is None or scores.costs_apart:
        return ""
    cells = {row.method: (row, _cell_of(row, column)) for row in costs.methods}
    times = {
        name: (row, cell, cell.value)
        for name, (row, cell) in cells.items()
        if cell is not None and cell.value and not cell.warning
    }
    if len(times) < 2:
        return ""
    fast, fast_cell, fastest = min(times.values(), key=lambda time: time[2])
    best = {
        row.method
        for headline in headlines
        if headline.axis is Axis.STYLE
        for ranking in scores.rankings
        for row in ranking.methods
        if (cell := _cell_of(row, headline.name)) is not None and cell.mark is Mark.BEST
    }
    rivals = [time for name, time in times.items() if name in best] or [max(times.values(), key=lambda time: time[2])]
    slow, slow_cell, slowest = rivals[0]
    if slowest < _NOTABLE_RATIO * fastest:
        return ""
    return (
        f"{fast.title} is the fastest with {fast_cell.text} a picture, {_ratio(slowest / fastest)} times as fast as"
        f" {slow.title} with {slow_cell.text}."
    )


def _open_questions(run: RunRecords, statistics: RunStatistics) -> str:
    told = {comparison.metric for comparison in statistics.comparisons if comparison.better}
    titles = {metric.name: metric.title or metric.name for metric in run.metrics if metric.axis != Axis.COST}
    silent = [
        titles[name]
        for name in dict.fromkeys(comparison.metric for comparison in statistics.comparisons)
        if name not in told and name in titles
    ]
    if not silent:
        return ""
    return f"Of no two methods can it be said which is better by {_joined(silent, 'or')}."


def _cell_of(row: Row, metric: str) -> Cell | None:
    return next(
        (cell for cell in row.cells if cell.column.name == metric and cell.column.direction is not Direction.NEITHER),
        None,
    )


def _listed(titles: Sequence[str]) -> str:
    return f"{_joined(titles, 'and')} {'is' if len(titles) == 1 else 'are'}"


def _joined(titles: Sequence[str], word: str) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} {word} {titles[-1]}"


def _ratio(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
