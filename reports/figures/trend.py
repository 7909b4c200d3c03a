"""Scores over several runs of one protocol, in one small chart for each method."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.interval import crossed_estimate
from benchmark.analysis.scores import ranked_methods
from benchmark.store.records import UnitStatus
from benchmark.wording import format_count
from reports.figures.figure import INK, NARROW_WIDTH, Choice, Figure, Heading, finish, method_colour
from reports.tables.formatting import field_of, number_format, number_of, parse_time
from reports.tables.titles import method_titles, metric_labels, network_notes

if TYPE_CHECKING:
    from datetime import datetime

    from benchmark.analysis.interval import Estimate
    from benchmark.store.records import RunRecords

FEWEST_RUNS: Final = 3
"""Two runs are a difference, not a trend."""

COLUMNS: Final = 4


def trend_figure(runs: Mapping[int, RunRecords], metrics: Collection[str]) -> Figure | None:
    """Returns the chart, or ``None`` for fewer than three runs, or where no metric was measured alike in all of them.

    Methods that fewer than three of them have are left out; controls alone have no trend.

    Args:
        runs: The runs by their number on the page, the earliest first.
        metrics: Names of the metrics that were measured alike.
    """
    import altair as alt

    if len(runs) < FEWEST_RUNS:
        return None
    shown_by_run = [method_titles(run) for run in runs.values()]
    methods = {
        name: title
        for found in shown_by_run
        for name, title in found.items()
        if sum(name in other for other in shown_by_run) >= FEWEST_RUNS
    }
    if not any(name in methods for run in runs.values() for name in ranked_methods(run)):
        return None
    titles = {name: title for run in runs.values() for name, title in metric_labels(run).items() if name in metrics}
    moments = [parse_time(field_of(run.provenance, "finished")) for run in runs.values()]
    dated = None not in moments and len(set(moments)) == len(moments)
    shared = _shared_means(runs, methods, titles)
    rows = [
        row
        for number, moment in zip(runs, moments, strict=True)
        for row in _rows(number, moment if dated else None, shared, methods, titles)
    ]
    names = [name for name in titles if any(row["metric"] == name for row in rows)]
    if not names:
        return None
    order = [title for name, title in methods.items() if any(row["method"] == name for row in rows)]
    x = (
        alt.X("finished:T", title=None, axis=alt.Axis(tickCount=3, labelFlush=True, grid=False))
        if dated
        else alt.X("run:O", title="run", axis=alt.Axis(labelAngle=0, grid=False))
    )
    y = alt.Y("y:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))
    colour = method_colour(order)
    base = alt.Chart().encode(x=x, color=colour)
    layers = alt.layer(
        base.mark_rule(opacity=0.45, strokeWidth=2).encode(y=alt.Y("low:Q", title=None), y2=alt.Y2("high:Q")),
        base.mark_line(strokeWidth=1.5).encode(y=y),
        base.mark_point(filled=True, size=45, opacity=1, tooltip={"content": "data"}).encode(y=y),
        data=alt.NamedData("means"),
    ).properties(width=190, height=110)
    header = alt.Header(title=None, labelAnchor="start", labelFontSize=12, labelColor=INK)
    chart = layers.facet(facet=alt.Facet("title:N", sort=order, header=header), columns=COLUMNS, spacing=24)
    chosen = alt.param(name="metric", value=names[0])
    shown = [name for name in methods if any(row["method"] == name for row in rows)]
    notes = tuple(dict.fromkeys(note for run in runs.values() for note in network_notes(run, names, shown)))
    return Figure(
        explanation="Means with 95 % t intervals over the cases that a method answered in every run, "
        + ("by the time at which each run finished. " if dated else "run by run. ")
        + "Neighbouring intervals may overlap where the paired difference is clear: the cases are the same.",
        alt=f"{titles[names[0]]} of every method over {len(runs)} runs.",
        spec=finish(
            chart.transform_filter("datum.metric === metric").add_params(chosen),
            {"means": rows},
            NARROW_WIDTH,
            Heading(titles, (("trend of", "metric"),), notes),
        ),
        choices=(Choice("metric", "Trend of", tuple((name, titles[name]) for name in names), names[0]),),
        notes=notes,
    )


def _shared_means(
    runs: Mapping[int, RunRecords], methods: Collection[str], metrics: Collection[str]
) -> dict[tuple[int, str, str], Estimate]:
    """Returns means by run, method and metric, over the cases that the method has a score for in all of its runs."""
    shared: dict[tuple[int, str, str], Estimate] = {}
    done = {number: run.units[run.units["status"] == UnitStatus.OK].set_index("case") for number, run in runs.items()}
    for method, metric in itertools.product(methods, metrics):
        scores = {
            number: found
            for number, units in done.items()
            if metric in units and len(found := units.loc[units["method"] == method, metric].dropna())
        }
        cases = sorted(frozenset.intersection(*(frozenset(found.index) for found in scores.values()))) if scores else []
        for number in scores if cases else ():
            units = done[number][done[number]["method"] == method].loc[cases]
            values = units[metric].astype("float64")
            shared[number, method, metric] = crossed_estimate(values, units["content"], units["style"])
    return shared


def _rows(
    number: int,
    moment: datetime | None,
    shared: Mapping[tuple[int, str, str], Estimate],
    methods: Mapping[str, str],
    metrics: Mapping[str, str],
) -> list[dict[str, Any]]:
    rows = []
    for (of_run, method, metric), estimate in shared.items():
        mean, interval = number_of(estimate.mean), estimate.interval
        if of_run != number or mean is None:
            continue
        low, high = (interval.low, interval.high) if interval else (mean, mean)
        show = number_format([low, mean, high])
        rows.append(
            {
                "metric": metric,
                "method": method,
                "title": methods[method],
                "note": f"run {number}: {metrics[metric]} {show(mean)} ({show(low)} to {show(high)}), "
                f"{format_count(estimate.cases, 'case')}",
                "run": number,
                "finished": moment.isoformat() if moment else None,
                "y": mean,
                "low": low,
                "high": high,
            }
        )
    return rows
