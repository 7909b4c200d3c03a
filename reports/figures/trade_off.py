"""Content against style, with the Pareto front and the controls at the corners."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from reports.figures.figure import (
    POINT,
    QUIET,
    STRONG_LINE,
    Choice,
    Figure,
    anchored_scale,
    data,
    finish,
    method_colour,
    method_shape,
    method_titles,
    metric_titles,
    points,
)

if TYPE_CHECKING:
    import altair as alt

    from benchmark.analysis.anchoring import AnchoredScore
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.analysis.trade_off import TradeOff
    from benchmark.store.records import RunRecords

X_KEYS: Final = ("x", "x_low", "x_high")
Y_KEYS: Final = ("y", "y_low", "y_high")


def trade_off_figure(run: RunRecords, statistics: RunStatistics) -> Figure | None:
    """Returns the chart, or ``None`` where no content metric and style metric are anchored."""
    if not statistics.trade_offs:
        return None
    chosen = min(statistics.trade_offs, key=lambda entry: len(entry.left_out))
    rows = point_rows(run, statistics)
    titles = metric_titles(run)
    choices = tuple(
        Choice(parameter, label, tuple((name, titles[name]) for name in dict.fromkeys(names)), start)
        for parameter, label, names, start in (
            ("content_metric", "Content by", [entry.content for entry in statistics.trade_offs], chosen.content),
            ("style_metric", "style by", [entry.style for entry in statistics.trade_offs], chosen.style),
        )
    )
    methods = method_titles(run)
    front = ", ".join(methods[name] for name in chosen.front) or "none"
    return Figure(
        name="trade_off",
        title="Content against style",
        explanation="Both axes run between the controls, so up and to the right is better. The line joins the Pareto "
        "front: no other method is better on both. Hollow: one of the two scores is circular, which keeps a method off "
        "the front. Thin lines are 95 % intervals.",
        alt=f"Scatter plot of {titles[chosen.content]} against {titles[chosen.style]}. On the Pareto front: {front}.",
        spec=_chart(run, statistics, rows, choices),
        choices=choices,
    )


def point_rows(run: RunRecords, statistics: RunStatistics) -> list[dict[str, Any]]:
    """One row per pair of metrics and method: both anchored scores with their intervals, and how they count."""
    found = {(entry.metric, entry.method): entry for entry in statistics.anchored}
    titles, metrics = method_titles(run), metric_titles(run)
    return [
        {
            "content": entry.content,
            "style": entry.style,
            "method": method,
            "title": titles[method],
            "note": f"{metrics[entry.content]} {x.score:.2f}, {metrics[entry.style]} {y.score:.2f}"
            + (" (one is circular)" if method in entry.left_out else ""),
            "x": x.score,
            "y": y.score,
            **_ends("x", x),
            **_ends("y", y),
            "circular": method in entry.left_out,
            "place": entry.front.index(method) if method in entry.front else None,
        }
        for entry in statistics.trade_offs
        for method in titles
        if (x := found.get((entry.content, method))) and (y := found.get((entry.style, method)))
    ]


def _ends(axis: str, entry: AnchoredScore) -> dict[str, float]:
    low, high = (entry.interval.low, entry.interval.high) if entry.interval else (entry.score, entry.score)
    return {f"{axis}_low": low, f"{axis}_high": high}


def _chart(
    run: RunRecords, statistics: RunStatistics, rows: list[dict[str, Any]], choices: Iterable[Choice]
) -> dict[str, Any]:
    import altair as alt

    names = list(dict.fromkeys(row["title"] for row in rows))
    parameters = [alt.param(name=choice.parameter, value=choice.chosen) for choice in choices]
    chosen = "datum.content === content_metric && datum.style === style_metric"
    base = alt.Chart(data(rows)).transform_filter(chosen)
    x_scale, y_scale = (anchored_scale(row[key] for row in rows for key in keys) for keys in (X_KEYS, Y_KEYS))
    x = alt.X("x:Q", title="content kept →", scale=x_scale, axis=alt.Axis(tickCount=6))
    y = alt.Y("y:Q", title="style taken over →", scale=y_scale, axis=alt.Axis(tickCount=6))
    colour, shape = method_colour(names), method_shape(names)
    front = base.transform_filter("datum.place !== null").mark_line(
        color=STRONG_LINE, strokeWidth=1.5, strokeDash=[5, 4]
    )
    return finish(
        alt.layer(
            front.encode(x=x, y=y, order="place:Q"),
            base.mark_rule(opacity=0.4).encode(x="x_low:Q", x2="x_high:Q", y="y:Q", color=colour),
            base.mark_rule(opacity=0.4).encode(y="y_low:Q", y2="y_high:Q", x="x:Q", color=colour),
            *points(base, POINT, x="x:Q", y="y:Q", color=colour, shape=shape),
            base.mark_text(align="left", dx=9, dy=-9).encode(x="x:Q", y="y:Q", text="title:N"),
            *_corners(run, statistics.trade_offs[0], statistics),
        )
        .add_params(*parameters)
        .properties(width=560, height=400)
    )


def _corners(run: RunRecords, entry: TradeOff, statistics: RunStatistics) -> tuple[alt.Chart, alt.Chart]:
    import altair as alt

    ends = next(score for score in statistics.anchored if score.metric == entry.content)
    titles = method_titles(run)
    corners = (
        (ends.one, 1, 0, "the content itself"),
        (ends.zero, 0, 1, "the style itself"),
    )
    rows = [
        {"method": name, "title": titles.get(name, name), "note": note, "x": x, "y": y} for name, x, y, note in corners
    ]
    base = alt.Chart(data(rows)).encode(x="x:Q", y="y:Q")
    return (
        base.mark_point(shape="square", filled=True, color=QUIET, size=90, opacity=1, tooltip={"content": "data"}),
        base.mark_text(align="center", dy=-13, color=QUIET, fontStyle="italic").encode(text="title:N"),
    )
