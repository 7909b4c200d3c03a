"""The statistics of one run for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click
from rich.markup import escape
from rich.table import Table

from benchmark.analysis.means_table import CIRCULAR
from benchmark.cli.tables import results_console
from benchmark.wording import format_count, format_factors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmark.analysis.agreement import RankAgreement
    from benchmark.analysis.anchoring import AnchoredScore
    from benchmark.analysis.comparison import MethodComparison
    from benchmark.analysis.friedman import RankComparison
    from benchmark.analysis.interval import Interval
    from benchmark.analysis.networks import Networks
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.analysis.trade_off import TradeOff

DESCRIPTIVE: Final = "ranks, Friedman's p and Nemenyi's difference take cases for independent: they describe the run"
CORRECTED: Final = "interval, Holm"
NOTHING: Final = "–"


def print_statistics(statistics: RunStatistics, networks: Networks) -> None:
    """Prints the differences between methods, scores between the controls, and the agreement of metrics.

    Args:
        statistics: The statistics of a run.
        networks: The networks that made its scores.
    """

    def labelled(metric: str) -> str:
        return f"{metric} ({label})" if (label := networks.metric(metric)) else metric

    console = results_console()
    ranks = {entry.metric: entry for entry in statistics.ranks}
    for metric in dict.fromkeys(comparison.metric for comparison in statistics.comparisons):
        pairs = [comparison for comparison in statistics.comparisons if comparison.metric == metric]
        console.print(_pairs_table(labelled(metric), ranks.get(metric), pairs, statistics.circular.get(metric, ())))
    for entry in statistics.left_out:
        click.echo(
            f"left out where several methods stand side by side: {entry.method} by {entry.metric}, which has "
            f"{format_count(entry.cases, 'case')}; the others share {entry.shared:,}"
        )
    if statistics.anchored:
        console.print(_anchored_table(statistics.anchored, statistics.circular, labelled))
    for refused in statistics.unanchored:
        subject = f"{refused.method} by {refused.metric}" if refused.method else refused.metric
        click.echo(f"not between the controls: {subject}: {refused.reason}")
    if statistics.trade_offs:
        console.print(_trade_offs_table(statistics.trade_offs, labelled))
    if statistics.agreement:
        console.print(_agreement_table(statistics.agreement, networks))
    # Each table names the networks of its metrics; methods and marks are explained once.
    for line in filter(None, (networks.used_stand_ins(), *networks.notes())):
        click.echo(line)
    if statistics.comparisons:
        click.echo(f"intervals and tests are made with {statistics.design.error}: {statistics.design.explanation}")
    else:
        click.echo("there are no two methods with scores to compare; controls do not count")


def _pairs_table(
    metric: str, ranks: RankComparison | None, comparisons: list[MethodComparison], circular: Sequence[str]
) -> Table:
    def marked(method: str) -> str:
        return f"({method})" if method in circular else method

    title, captions = f"{metric}: no case has a score of every method", []
    if ranks:
        averages = ", ".join(f"{marked(method)} {rank:.2f}" for method, rank in ranks.average_ranks.items())
        friedman = "" if ranks.p_value is None else f"; Friedman p = {ranks.p_value:.2g} (descriptive)"
        cliques = "; ".join(" = ".join(map(marked, clique)) for clique in ranks.cliques)
        title = f"{metric}: average ranks over {ranks.cases} cases: {averages}{friedman}"
        captions.append(f"closer than {ranks.critical_difference:.2f} ranks (Nemenyi): {cliques or 'none'}")
        captions.append(DESCRIPTIVE)
    captions += [
        f"{comparison.first} − {comparison.second}: none is called better: {comparison.disagreement}"
        for comparison in comparisons
        if comparison.disagreement
    ]
    if circular:
        captions.append(CIRCULAR)
    caption = "\n".join(captions)
    columns = ("pair", f"difference [{CORRECTED}]", "effect", "p (Holm)", "shown better", "could have shown", "cases")
    table = Table(*columns, title=escape(title), caption=escape(caption), title_justify="left", caption_justify="left")
    for comparison in comparisons:
        difference = comparison.difference
        if comparison.better:
            detectable = ""
        else:
            detectable = NOTHING if comparison.detectable is None else f"{comparison.detectable:.3g}"
        table.add_row(
            escape(f"{marked(comparison.first)} − {marked(comparison.second)}"),
            f"{difference.mean:+.3g}{_interval(comparison.corrected)}",
            f"{comparison.effect:+.2f}",
            NOTHING if difference.standard_error is None else f"{comparison.p_holm:.2g}",
            escape(marked(comparison.better)),
            detectable,
            f"{difference.cases} ({format_factors(difference.cases, difference.contents, difference.styles)})",
        )
    return table


def _anchored_table(
    scores: tuple[AnchoredScore, ...], circular: Mapping[str, Sequence[str]], labelled: Callable[[str], str]
) -> Table:
    methods = list(dict.fromkeys(score.method for score in scores))
    found = {(score.metric, score.method): score for score in scores}
    table = Table("metric", "0 is", "1 is", *map(escape, methods), title="scores between the controls")
    if any(score.method in circular.get(score.metric, ()) for score in scores):
        table.caption = CIRCULAR
    for metric in dict.fromkeys(score.metric for score in scores):
        cells = [found.get((metric, method)) for method in methods]
        ends = next(cell for cell in cells if cell)
        texts = [_anchored_text(cell, circular.get(metric, ())) if cell else "–" for cell in cells]
        table.add_row(*map(escape, (labelled(metric), ends.zero, ends.one)), *texts)
    return table


def _anchored_text(score: AnchoredScore, circular: Sequence[str]) -> str:
    text = f"{score.score:.2f}{_interval(score.interval, '.2f')}"
    return f"({text})" if score.method in circular else text


def _trade_offs_table(trade_offs: tuple[TradeOff, ...], labelled: Callable[[str], str]) -> Table:
    table = Table("content by", "style by", "no method beats", "circular, left out", title="content and style at once")
    for entry in trade_offs:
        table.add_row(
            *(escape(labelled(metric)) for metric in (entry.content, entry.style)),
            *(escape(", ".join(names)) or "–" for names in (entry.front, entry.left_out)),
        )
    return table


def _agreement_table(agreements: tuple[RankAgreement, ...], networks: Networks) -> Table:
    table = Table("metrics", "τ within cases [95 % interval]", "τ of means", "methods", title="agreement of metrics")

    def marked(metric: str) -> str:
        return f"{metric} {networks.metric_mark(metric)}".rstrip()

    for agreement in agreements:
        within = agreement.within_cases
        table.add_row(
            escape(", ".join(marked(metric) for metric in (agreement.first, agreement.second))),
            f"{within.mean:+.2f}{_interval(within.interval, '+.2f')}" if within else "–",
            "–" if agreement.of_means is None else f"{agreement.of_means:+.2f}",
            str(agreement.methods),
        )
    return table


def _interval(interval: Interval | None, form: str = "+.3g") -> str:
    return escape(f" [{interval.low:{form}}, {interval.high:{form}}]") if interval else ""
