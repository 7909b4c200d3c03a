"""Parallel coordinates of all anchored scores, one line for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.networks import networks_of_run
from reports.figures.figure import (
    ANCHORED,
    Figure,
    Heading,
    anchored_scale,
    finish,
    method_colour,
    method_shape,
    narrow_parameter,
    points,
)
from reports.tables.titles import method_titles, metric_titles, network_notes, standing

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords

LABEL_HEIGHT: Final = 0.05
"""Height of a label on the scale of the scores."""

NARROW_PROFILE: Final = 180
"""Width in pixels on a phone, without the axis and the names of the methods."""


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
    networks = networks_of_run(run)
    rows: list[dict[str, Any]] = [
        {
            "metric": "\n".join(
                filter(None, (f"{metrics[entry.metric]} ({axes[entry.metric]})", networks.metric(entry.metric)))
            ),
            "method": entry.method,
            "title": methods[entry.method],
            "note": f"{metrics[entry.metric]} {entry.score:.2f}"
            + (" (circular)" if (entry.metric, entry.method) in circular else ""),
            "y": entry.score,
            "place": names.index(entry.metric),
            "circular": (entry.metric, entry.method) in circular,
        }
        for entry in anchored
    ]
    titles = [title for name, title in methods.items() if any(row["method"] == name for row in rows)]
    hover = alt.selection_point(name="pointed", fields=["title"], on="pointerover", empty=True)
    faded = alt.condition(hover, alt.value(1), alt.value(0.15))
    # A second line names the network.
    axis = alt.Axis(
        labelAngle=alt.expr("narrow ? -90 : -35"), labelExpr="split(datum.label, '\\n')", grid=True, labelLimit=190
    )
    x = alt.X("metric:N", sort=None, title=None, axis=axis)
    y = alt.Y("y:Q", title=ANCHORED, scale=anchored_scale(entry.score for entry in anchored))
    colour, shape = method_colour(titles), method_shape(titles)
    base = alt.Chart(alt.NamedData("scores"))
    last = _spread([row for row in rows if row["place"] == len(names) - 1])
    chart = alt.layer(
        base.mark_line(strokeWidth=2, tooltip={"content": "data"})
        .encode(x=x, y=y, color=colour, opacity=faded)
        .add_params(hover, narrow_parameter()),
        *points(base, 70, x=x, y=y, color=colour, shape=shape, opacity=faded),
        alt.Chart(alt.NamedData("titles")).mark_text(align="left", dx=10).encode(x=x, y=y, text=alt.Text("title:N")),
    )
    notes = network_notes(run, names, (row["method"] for row in rows))
    return Figure(
        explanation="One line a method; crossing lines are trade-offs. Hollow points are circular scores. By a metric, "
        f"all methods stand on the same cases.{standing(run, statistics)}",
        alt="Parallel coordinates of all anchored scores; the numbers are in the table at a glance.",
        spec=finish(
            chart.properties(width=max(90 * len(names), 300), height=320),
            {"scores": rows, "titles": last},
            NARROW_PROFILE,
            Heading({}, notes=notes),
        ),
        notes=notes,
    )


def _spread(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Moves labels up where they would lie on the one below."""
    spread: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: row["y"]):
        lowest = spread[-1]["y"] + LABEL_HEIGHT if spread else row["y"]
        spread.append({**row, "y": max(row["y"], lowest)})
    return spread
