"""Parallel coordinates: every anchored score of every method, one line a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.figures.figure import Figure, data, finish, method_colour, method_shape, method_titles, metric_titles

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords


def profile_figure(run: RunRecords, statistics: RunStatistics) -> Figure | None:
    """Returns the chart, or ``None`` where fewer than two metrics are anchored."""
    import altair as alt

    methods, metrics = method_titles(run), metric_titles(run)
    circular = {(row.metric, row.method) for row in run.summary if row.circular}
    order = {axis: place for place, axis in enumerate(("content", "style", "text"))}
    axes = {metric.name: str(metric.axis) for metric in run.metrics}
    anchored = sorted(statistics.anchored, key=lambda entry: order.get(axes[entry.metric], len(order)))
    names = list(dict.fromkeys(entry.metric for entry in anchored))
    if len(names) < 2:
        return None
    rows = [
        {
            "metric": f"{metrics[entry.metric]} ({axes[entry.metric]})",
            "method": entry.method,
            "title": methods[entry.method],
            "note": f"{metrics[entry.metric]} {entry.score:.2f}"
            + (" (circular)" if (entry.metric, entry.method) in circular else ""),
            "y": entry.score,
            "circular": (entry.metric, entry.method) in circular,
        }
        for entry in anchored
    ]
    titles = [title for name, title in methods.items() if any(row["method"] == name for row in rows)]
    low, high = min(entry.score for entry in anchored), max(entry.score for entry in anchored)
    hover = alt.selection_point(name="pointed", fields=["title"], on="pointerover", empty=True, nearest=False)
    faded = alt.condition(hover, alt.value(1), alt.value(0.15))
    x = alt.X("metric:N", sort=None, title=None, axis=alt.Axis(labelAngle=-35, grid=True, labelLimit=190))
    domain = [max(min(-0.05, low), -0.5), min(max(1.05, high), 1.5)]
    y = alt.Y("y:Q", title="0 and 1 are the controls, up is better", scale=alt.Scale(domain=domain, clamp=True))
    colour, shape = method_colour(titles), method_shape(titles)
    base = alt.Chart(data(rows))
    marks = {"size": 70, "tooltip": {"content": "data"}}
    end = base.transform_window(place="row_number()", groupby=["title"]).transform_filter(
        f"datum.place === {len(names)}"
    )
    chart = alt.layer(
        base.mark_line(strokeWidth=2, tooltip={"content": "data"}).encode(x=x, y=y, color=colour, opacity=faded),
        base.transform_filter("!datum.circular")
        .mark_point(filled=True, **marks)
        .encode(x=x, y=y, color=colour, shape=shape, opacity=faded)
        .add_params(hover),
        base.transform_filter("datum.circular")
        .mark_point(filled=False, strokeWidth=2, **marks)
        .encode(x=x, y=y, color=colour, shape=shape, opacity=faded),
        end.mark_text(align="left", dx=10).encode(x=x, y=y, text="title:N", opacity=faded),
    )
    return Figure(
        name="profile",
        title="All metrics side by side",
        explanation="One line a method; crossing lines are trade-offs. Hollow points are circular scores.",
        alt="Parallel coordinates of all anchored scores; the numbers are in the table at a glance.",
        spec=finish(chart.properties(width=max(90 * len(names), 300), height=320)),
    )
