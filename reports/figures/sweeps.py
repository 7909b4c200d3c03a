"""Charts of sweeps: quality against cost along the values of one setting."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.summary import time_to_rank_by
from benchmark.contracts.metric import Direction
from benchmark.store.cost_columns import PROCESSOR_TIME, TIME
from reports.figures.all import DrawnFigure, draw
from reports.figures.figure import (
    ACCENT,
    NARROW_WIDTH,
    POINT,
    STRONG_LINE,
    Choice,
    Figure,
    Heading,
    chosen_scale,
    finish,
    label_text,
    narrow_parameter,
    placed,
    raw_span,
)
from reports.figures.label_placement import Span
from reports.tables.formatting import format_seconds
from reports.tables.titles import method_titles, metric_labels, metric_titles, network_notes, shorten

if TYPE_CHECKING:
    from benchmark.analysis.ablation import Ablation, Sweep
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords

WIDTH: Final = 430
HEIGHT: Final = 300
_TIMES: Final = {TIME: "seconds", PROCESSOR_TIME: "processor seconds"}


def draw_sweeps(run: RunRecords, statistics: RunStatistics) -> tuple[DrawnFigure, ...]:
    """Draws a chart of each sweep of a run; there are none where it has no variants."""
    methods = method_titles(run)
    drawn = (
        draw(
            f"sweep_{number}",
            f"{methods[ablation.base]}: {shorten(sweep.setting)}",
            functools.partial(sweep_figure, run, ablation, sweep),
        )
        for number, (ablation, sweep) in enumerate(
            ((ablation, sweep) for ablation in statistics.ablations for sweep in ablation.sweeps), start=1
        )
    )
    return tuple(figure for figure in drawn if figure is not None)


def sweep_figure(run: RunRecords, ablation: Ablation, sweep: Sweep) -> Figure | None:
    """Returns the curve of quality against time, or ``None`` where the rows have no scores or no times that compare.

    Args:
        run: The run.
        ablation: The method that the sweep is of.
        sweep: The sweep.
    """
    import altair as alt

    column = time_to_rank_by(run)
    rows = _rows(run, sweep, column)
    names = list(dict.fromkeys(row["metric"] for row in rows))
    if not names:
        return None
    labels, lower = metric_labels(run), {metric.name for metric in run.metrics if metric.direction is Direction.LOWER}
    by_metric = {name: [row for row in rows if row["metric"] == name] for name in names}
    spans = {
        name: raw_span([row[key] for row in found for key in ("low", "y", "high")], reverse=name in lower)
        for name, found in by_metric.items()
    }
    times = [row["x"] for row in rows]
    margin = 0.1 * (max(times) - min(times)) or max(times) * 0.1 or 1.0
    across = Span(max(min(times) - margin, 0), max(times) + margin)
    shown = [row for name, found in by_metric.items() for row in placed(found, across, spans[name], WIDTH, HEIGHT)]
    choice = Choice("metric", "Quality by", tuple((name, labels[name]) for name in names), names[0])
    notes = network_notes(run, names, [ablation.base])
    base = alt.Chart(alt.NamedData("means")).transform_filter("datum.metric === metric")
    y_scale, domains = chosen_scale("domains", "metric", spans)
    x = alt.X(
        "x:Q",
        title=f"{_TIMES[column]} a picture",
        scale=alt.Scale(domain=[across.start, across.end], nice=False),
        axis=alt.Axis(tickCount=5),
    )
    y = alt.Y("y:Q", title="up is better", scale=y_scale)
    marks: dict[str, Any] = {"opacity": 1, "tooltip": {"content": "data"}, "filled": True, "color": ACCENT}
    chart = alt.layer(
        base.mark_line(color=STRONG_LINE, strokeWidth=1.5).encode(x=x, y=y, order=alt.Order("place:Q")),
        base.mark_rule(opacity=0.4, color=ACCENT).encode(x=x, y=alt.Y("low:Q", title=""), y2=alt.Y2("high:Q")),
        base.transform_filter("!datum.base").mark_point(size=POINT, shape="circle", **marks).encode(x=x, y=y),
        base.transform_filter("datum.base").mark_point(size=2 * POINT, shape="diamond", **marks).encode(x=x, y=y),
        label_text(base).encode(x=x, y=y),
    )
    setting = shorten(sweep.setting)
    values = ", ".join(f"{point.value:g}" for point in sweep.points)
    return Figure(
        explanation="Means over the cases that all of these rows answered, with 95 % t intervals, joined in the order "
        "of the setting's values. The diamond is the method as it is. Up and to the left is better.",
        alt=f"Curve of {labels[names[0]]} against {_TIMES[column]} a picture for {setting} = {values}.",
        spec=finish(
            chart.add_params(alt.param(name="metric", value=names[0]), domains, narrow_parameter()).properties(
                width=WIDTH, height=HEIGHT
            ),
            {"means": shown},
            NARROW_WIDTH,
            Heading(labels, (("quality by", "metric"),), notes),
        ),
        choices=(choice,),
        notes=notes,
    )


def _rows(run: RunRecords, sweep: Sweep, column: str) -> list[dict[str, Any]]:
    """Returns a row for each value by each metric for which the value has a mean and a time."""
    means: Mapping[tuple[str, str], Any] = {(entry.metric, entry.method): entry.estimate for entry in sweep.means}
    metrics = metric_titles(run)
    rows = []
    for metric in metrics:
        for place, point in enumerate(sweep.points):
            score, time = means.get((metric, point.method)), means.get((column, point.method))
            if score is None or time is None:
                continue
            interval = score.interval
            title = f"{point.value:g}"
            rows.append(
                {
                    "metric": metric,
                    "method": point.method,
                    "title": title,
                    "note": f"{shorten(sweep.setting)} {title}: {metrics[metric]} {score.mean:.3g}, "
                    + format_seconds(time.mean),
                    "x": time.mean,
                    "y": score.mean,
                    "low": interval.low if interval else score.mean,
                    "high": interval.high if interval else score.mean,
                    "base": point.is_base,
                    "place": place,
                }
            )
    return rows
