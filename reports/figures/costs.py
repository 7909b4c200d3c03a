"""Charts of costs: quality against runtime, and runtime and memory of each method."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.summary import time_to_rank_by
from benchmark.store.cost_columns import DISTURBED, PROCESSOR_TIME, TIME
from reports.figures.figure import (
    ANCHORED,
    NARROW_WIDTH,
    POINT,
    Choice,
    Figure,
    Heading,
    Rows,
    anchored_span,
    chosen_scale,
    finish,
    label_text,
    method_colour,
    method_shape,
    narrow_parameter,
    placed,
    points,
)
from reports.figures.label_placement import Span
from reports.tables.formatting import format_bytes, format_seconds, number_of
from reports.tables.titles import method_titles, metric_labels, metric_titles, network_notes, standing

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords

MEBIBYTE: Final = 2**20
MEMORY_AXIS: Final = {"tickCount": 4}
_TIMES: Final = {TIME: "seconds", PROCESSOR_TIME: "processor seconds"}
TIME_LABEL: Final = (
    "datum.value < 0.00099 ? format(datum.value * 1e6, '~r') + ' µs' : "
    "datum.value < 0.99 ? format(datum.value * 1e3, '~r') + ' ms' : format(datum.value, ',~r') + ' s'"
)
WIDTH: Final = 430
HEIGHT: Final = 300
NARROW_PANEL: Final = 85
"""Width in pixels of each of the two panels of costs on a phone."""


def quality_figure(run: RunRecords, statistics: RunStatistics) -> Figure | None:
    """Returns anchored scores against time, or ``None`` where there are no such scores or no times that compare.

    The time is elapsed time, or processor time where elapsed time was disturbed.
    """
    import altair as alt

    if run.costs_apart:
        return None
    column = time_to_rank_by(run)
    seconds, time = cost_means(statistics, column), _TIMES[column]
    methods, metrics = method_titles(run), metric_titles(run)
    circular = {(row.metric, row.method) for row in run.summary if row.circular}
    rows: list[dict[str, Any]] = [
        {
            "metric": entry.metric,
            "method": entry.method,
            "title": methods[entry.method],
            "note": f"{metrics[entry.metric]} {entry.score:.2f}, {format_seconds(seconds[entry.method])}"
            + (" a picture" if column == TIME else " of processor time a picture")
            + (" (circular)" if (entry.metric, entry.method) in circular else ""),
            "x": seconds[entry.method],
            "y": entry.score,
            "low": entry.interval.low if entry.interval else entry.score,
            "high": entry.interval.high if entry.interval else entry.score,
            "circular": (entry.metric, entry.method) in circular,
        }
        for entry in statistics.anchored
        if entry.method in seconds
    ]
    if not rows:
        return None
    names = list(dict.fromkeys(entry.metric for entry in statistics.anchored if entry.method in seconds))
    chosen = min(names, key=lambda name: sum(row["circular"] for row in rows if row["metric"] == name))
    labels = metric_labels(run)
    notes = network_notes(run, names, (row["method"] for row in rows))
    choice = Choice("metric", "Quality by", tuple((name, labels[name]) for name in names), chosen)
    titles = list(dict.fromkeys(row["title"] for row in rows))
    times = [row["x"] for row in rows]
    x_span = Span(min(times) / 2, max(times) * 4, logarithmic=True)
    by_metric = {name: [row for row in rows if row["metric"] == name] for name in names}
    spans = {
        name: anchored_span(row[key] for row in found for key in ("low", "y", "high"))
        for name, found in by_metric.items()
    }
    labelled = [row for name, found in by_metric.items() for row in placed(found, x_span, spans[name], WIDTH, HEIGHT)]
    base = alt.Chart(alt.NamedData("scores")).transform_filter("datum.metric === metric")
    y_scale, y_domains = chosen_scale("domains", "metric", spans)
    x = alt.X(
        "x:Q",
        title=[line for line in (f"{time} a picture, logarithmic", _note_of(run, column)) if line],
        scale=alt.Scale(type="log", domain=[x_span.start, x_span.end], nice=False),
        axis=alt.Axis(tickCount=5, grid=False),
    )
    y = alt.Y("y:Q", title=ANCHORED, scale=y_scale)
    colour, shape = method_colour(titles), method_shape(titles)
    chart = alt.layer(
        base.mark_rule(opacity=0.4).encode(x=x, y=alt.Y("low:Q", title=""), y2=alt.Y2("high:Q"), color=colour),
        *points(base, POINT, x=x, y=y, color=colour, shape=shape),
        label_text(base).encode(x=x, y=y),
    )
    parameters = (alt.param(name="metric", value=chosen), y_domains, narrow_parameter())
    return Figure(
        explanation="Up and to the left is better. Hollow: the score is circular. Both are over cases that the methods "
        f"share.{standing(run, statistics)}",
        alt=f"Scatter plot of {labels[chosen]} against {time} a picture, one point a method.",
        spec=finish(
            chart.add_params(*parameters).properties(width=WIDTH, height=HEIGHT),
            {"scores": labelled},
            NARROW_WIDTH,
            Heading(labels, (("quality by", "metric"),), notes),
        ),
        choices=(choice,),
        notes=notes,
    )


def cost_figure(run: RunRecords, statistics: RunStatistics) -> Figure | None:
    """Returns runtime and peak memory of every method and control, or ``None`` where neither compares.

    Means are over the cases that the methods share.
    """
    import altair as alt

    if run.costs_apart:
        return None
    panels: list[alt.LayerChart | alt.FacetChart] = []
    shown: dict[str, Rows] = {}
    order = list(method_titles(run).values())
    column = time_to_rank_by(run)
    time, note = "time" if column == TIME else "processor time", _note_of(run, column)
    for cost, title, show, unit, logarithmic in (
        (column, [line for line in (f"{time} a picture, logarithmic", note) if line], format_seconds, 1, True),
        ("peak_memory_bytes", ["peak memory in MiB"], format_bytes, MEBIBYTE, False),
    ):
        rows = _cost_rows(run, statistics, cost, show, unit)
        if not rows:
            continue
        scale = alt.Scale(type="log", nice=True) if logarithmic else alt.Scale(zero=True, nice=True)
        ticks = _time_axis([row[key] for row in rows for key in ("low", "high")]) if logarithmic else MEMORY_AXIS
        axis = None if panels else alt.Axis(ticks=False, domain=False, grid=True)
        y = alt.Y("title:N", sort=order, title=None, axis=axis)
        base = alt.Chart(alt.NamedData(cost))
        colour = method_colour(order)
        shown[cost] = rows
        panels.append(
            alt.layer(
                base.mark_rule(strokeWidth=3, opacity=0.35).encode(
                    x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q"), y=y, color=colour
                ),
                base.mark_point(filled=True, size=80, opacity=1, tooltip={"content": "data"}).encode(
                    x=alt.X("x:Q", title=title, scale=scale, axis=alt.Axis(grid=False, **ticks)), y=y, color=colour
                ),
            ).properties(width=170, height=26 * len(order))
        )
    if not panels:
        return None
    notes = network_notes(run, (), (method.name for method in run.methods))
    return Figure(
        explanation="Means over the same cases with 95 % t intervals; every picture was timed alone, after a warm-up."
        " Memory is what stylizing took beyond what was loaded before."
        + standing(run, statistics, (column, "peak_memory_bytes")),
        alt="Runtime and peak memory of every method; the numbers are in the table of costs.",
        spec=finish(alt.hconcat(*panels, spacing=24), shown, NARROW_PANEL, Heading({}, notes=notes)),
        notes=notes,
    )


def _note_of(run: RunRecords, column: str) -> str:
    """Returns an axis's note about disturbed durations, or an empty string where there are none."""
    if not any(row.warning == DISTURBED for row in run.summary if row.metric == TIME):
        return ""
    return f"some {DISTURBED}" if column == TIME else f"elapsed time was {DISTURBED}"


def _time_axis(seconds: Sequence[float]) -> dict[str, Any]:
    """Makes a logarithmic axis of seconds with a few powers of ten, each labelled in a fitting unit."""
    first, last = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    step = max(1, math.ceil((last - first) / 3))
    return {"values": [10.0**power for power in range(first, last + 1, step)], "labelExpr": TIME_LABEL}


def cost_means(statistics: RunStatistics, cost: str) -> dict[str, float]:
    """Returns the positive means of a cost, by method; a logarithmic axis has no place for others."""
    means = {entry.method: number_of(entry.estimate.mean) for entry in statistics.means if entry.metric == cost}
    return {method: mean for method, mean in means.items() if mean is not None and mean > 0}


def _cost_rows(run: RunRecords, statistics: RunStatistics, cost: str, show: Any, unit: float) -> list[dict[str, Any]]:
    means, titles = cost_means(statistics, cost), method_titles(run)
    intervals = {entry.method: entry.estimate.interval for entry in statistics.means if entry.metric == cost}
    # An interval that reaches zero is drawn down to a place below all means: a logarithmic axis has no zero.
    least = min(means.values(), default=0) / 2
    rows = []
    for method, mean in means.items():
        interval = intervals[method]
        low, high = (max(interval.low, least), interval.high) if interval else (mean, mean)
        rows.append(
            {
                "method": method,
                "title": titles.get(method, method),
                "note": show(mean) + (f" ({show(low)} to {show(high)})" if low != high else ""),
                "x": mean / unit,
                "low": low / unit,
                "high": high / unit,
            }
        )
    return rows
