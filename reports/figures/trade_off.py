"""Content against style, with the Pareto front and the controls."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmark.contracts.metric import Direction
from reports.figures.figure import (
    NARROW_WIDTH,
    POINT,
    QUIET,
    STRONG_LINE,
    Choice,
    Figure,
    Heading,
    anchored_span,
    chosen_scale,
    finish,
    label_text,
    method_colour,
    method_shape,
    narrow_parameter,
    placed,
    points,
    raw_span,
)
from reports.tables.titles import method_titles, metric_labels, metric_titles, network_notes, standing

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.analysis.trade_off import TradeOff
    from benchmark.store.records import RunRecords
    from reports.figures.label_placement import Span

WIDTH: Final = 560
HEIGHT: Final = 400
ANCHORED_WORDS: Final = "Both axes run between the controls, so up and to the right is better."
RAW_WORDS: Final = (
    "Raw means: without controls that can be told apart there is no common scale. Axes are turned so that up and to "
    "the right is better."
)


@dataclass(frozen=True)
class _Score:
    value: float
    low: float
    high: float


def trade_off_figure(run: RunRecords, statistics: RunStatistics) -> Figure | None:
    """Returns the chart, or ``None`` where no method has a score of content and one of style.

    Scores are anchored; where the controls anchor none, they are raw means.
    """
    if not statistics.trade_offs:
        return None
    chosen = min(statistics.trade_offs, key=lambda entry: len(entry.left_out))
    titles = metric_labels(run)
    choices = tuple(
        Choice(parameter, label, tuple((name, titles[name]) for name in dict.fromkeys(names)), start)
        for parameter, label, names, start in (
            ("content_metric", "Content by", [entry.content for entry in statistics.trade_offs], chosen.content),
            ("style_metric", "style by", [entry.style for entry in statistics.trade_offs], chosen.style),
        )
    )
    methods = method_titles(run)
    shown = dict.fromkeys(name for entry in statistics.trade_offs for name in (entry.content, entry.style))
    notes = network_notes(run, shown, methods)
    heading = Heading(titles, (("content by", "content_metric"), ("style by", "style_metric")), notes)
    front = ", ".join(methods[name] for name in chosen.front).removesuffix(".") or "none"
    return Figure(
        explanation=f"{ANCHORED_WORDS if chosen.anchored else RAW_WORDS} The line joins the Pareto front: no other "
        "method is better on both. Hollow: one of the two scores is circular, which keeps a method off the front. Thin "
        f"lines are 95 % t intervals; by a metric, all methods stand on the same cases.{standing(run, statistics)}",
        alt=f"Scatter plot of {titles[chosen.content]} against {titles[chosen.style]}. On the Pareto front: {front}.",
        spec=_chart(run, statistics, choices, heading),
        choices=choices,
        notes=notes,
    )


def point_rows(run: RunRecords, entry: TradeOff, scores: dict[tuple[str, str], _Score]) -> list[dict[str, Any]]:
    """Returns a row for each method and control of a pair of metrics: both scores, intervals, and its role."""
    titles, metrics = method_titles(run), metric_titles(run)
    controls = {method.name for method in run.methods if method.control}
    return [
        {
            "content": entry.content,
            "style": entry.style,
            "method": method,
            "title": titles[method],
            "note": f"{metrics[entry.content]} {x.value:.3g}, {metrics[entry.style]} {y.value:.3g}"
            + (" (one is circular)" if method in entry.left_out else ""),
            "x": x.value,
            "x_low": x.low,
            "x_high": x.high,
            "y": y.value,
            "y_low": y.low,
            "y_high": y.high,
            "circular": method in entry.left_out,
            "control": method in controls,
            "place": entry.front.index(method) if method in entry.front else None,
        }
        for method in titles
        if (x := scores.get((entry.content, method))) and (y := scores.get((entry.style, method)))
    ]


def _scores(statistics: RunStatistics) -> dict[tuple[str, str], _Score]:
    """Returns the scores to draw by metric and method: anchored, with the controls at 0 and 1, or else raw means."""
    if not statistics.trade_offs[0].anchored:
        return {
            (entry.metric, entry.method): _score(
                entry.estimate.mean, *((interval.low, interval.high) if (interval := entry.estimate.interval) else ())
            )
            for entry in statistics.means
            if math.isfinite(entry.estimate.mean)
        }
    scores: dict[tuple[str, str], _Score] = {}
    for entry in statistics.anchored:
        interval = entry.interval
        scores[entry.metric, entry.zero] = _score(0.0)
        scores[entry.metric, entry.one] = _score(1.0)
        scores[entry.metric, entry.method] = _score(entry.score, *((interval.low, interval.high) if interval else ()))
    return scores


def _score(value: float, low: float | None = None, high: float | None = None) -> _Score:
    return _Score(value, value if low is None else low, value if high is None else high)


def _span(run: RunRecords, rows: list[dict[str, Any]], axis: str, metric: str, *, anchored: bool) -> Span:
    values = [row[key] for row in rows for key in (axis, f"{axis}_low", f"{axis}_high")]
    lower = any(record.name == metric and record.direction is Direction.LOWER for record in run.metrics)
    return anchored_span(values) if anchored else raw_span(values, reverse=lower)


def _chart(run: RunRecords, statistics: RunStatistics, choices: Iterable[Choice], heading: Heading) -> dict[str, Any]:
    import altair as alt

    scores = _scores(statistics)
    by_pair = [(entry, point_rows(run, entry, scores)) for entry in statistics.trade_offs]
    spans: dict[str, dict[str, Span]] = {"x": {}, "y": {}}
    for axis in spans:
        for metric in dict.fromkeys(entry.content if axis == "x" else entry.style for entry, _ in by_pair):
            found = [row for entry, rows in by_pair if metric in (entry.content, entry.style) for row in rows]
            spans[axis][metric] = _span(run, found, axis, metric, anchored=by_pair[0][0].anchored)
    rows = [
        row
        for entry, found in by_pair
        for row in placed(found, spans["x"][entry.content], spans["y"][entry.style], WIDTH, HEIGHT)
    ]
    names = list(dict.fromkeys(row["title"] for row in rows))
    chosen = "datum.content === content_metric && datum.style === style_metric"
    base = alt.Chart(alt.NamedData("scores")).transform_filter(chosen)
    methods, controls = base.transform_filter("!datum.control"), base.transform_filter("datum.control")
    x_scale, x_domains = chosen_scale("content_domains", "content_metric", spans["x"])
    y_scale, y_domains = chosen_scale("style_domains", "style_metric", spans["y"])
    x = alt.X("x:Q", title="content kept →", scale=x_scale, axis=alt.Axis(tickCount=6))
    y = alt.Y("y:Q", title="style taken over →", scale=y_scale, axis=alt.Axis(tickCount=6))
    across, up = alt.X("x:Q"), alt.Y("y:Q")
    colour, shape = method_colour(names), method_shape(names)
    parameters = [alt.param(name=choice.parameter, value=choice.chosen) for choice in choices]
    front = methods.transform_filter("datum.place !== null")
    return finish(
        alt.layer(
            front.mark_line(color=STRONG_LINE, strokeWidth=1.5, strokeDash=[5, 4]).encode(
                x=x, y=y, order=alt.Order("place:Q")
            ),
            methods.mark_rule(opacity=0.4).encode(x=alt.X("x_low:Q"), x2=alt.X2("x_high:Q"), y=up, color=colour),
            methods.mark_rule(opacity=0.4).encode(y=alt.Y("y_low:Q"), y2=alt.Y2("y_high:Q"), x=across, color=colour),
            *points(methods, POINT, x=across, y=up, color=colour, shape=shape),
            controls.mark_point(
                shape="square", filled=True, color=QUIET, size=90, opacity=1, tooltip={"content": "data"}
            ).encode(x=across, y=up),
            label_text(methods).encode(x=across, y=up),
            label_text(controls, color=QUIET, fontStyle="italic").encode(x=across, y=up),
        )
        .add_params(*parameters, x_domains, y_domains, narrow_parameter())
        .properties(width=WIDTH, height=HEIGHT),
        {"scores": rows},
        NARROW_WIDTH,
        heading,
    )
