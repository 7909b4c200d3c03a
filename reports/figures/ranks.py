"""Critical-difference diagrams: average ranks, with bars over methods that cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.figures.figure import INK, NARROW_WIDTH, QUIET, Choice, Figure, Heading, finish, method_colour
from reports.tables.titles import marked_titles, method_titles, metric_labels, network_notes, standing

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords


def rank_figure(run: RunRecords, statistics: RunStatistics) -> Figure | None:
    """Returns the diagrams of all metrics, one at a time, or ``None`` where no two methods were ranked."""
    import altair as alt

    if not statistics.ranks:
        return None
    methods, metrics = method_titles(run), metric_labels(run)
    points: list[dict[str, Any]] = []
    bars: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    for entry in statistics.ranks:
        verdict = "" if entry.p_value is None else f", Friedman p = {entry.p_value:.2g} (descriptive)"
        for row, (method, rank) in enumerate(entry.average_ranks.items()):
            title = methods[method]
            label = marked_titles(methods, statistics.circular.get(entry.metric, ()))[method]
            note = f"average rank {rank:.2f} of {len(entry.average_ranks)} over {entry.cases} cases{verdict}"
            points.append(
                {
                    "metric": entry.metric,
                    "method": method,
                    "title": title,
                    "label": label,
                    "note": note,
                    "rank": rank,
                    "row": row,
                }
            )
        for row, clique in enumerate(entry.cliques, start=1):
            ranks = [entry.average_ranks[method] for method in clique]
            bars.append(
                {"metric": entry.metric, "start": min(ranks) - 0.04, "end": max(ranks) + 0.04, "row": -row * 0.45}
            )
        label = f"critical difference {entry.critical_difference:.2f}, descriptive{verdict}"
        spans.append({"metric": entry.metric, "start": 1, "end": 1 + entry.critical_difference, "label": label})
    most = max(len(entry.average_ranks) for entry in statistics.ranks)
    top = min([row["row"] for row in bars] or [0]) - 0.9
    chosen = statistics.ranks[0].metric
    options = tuple((entry.metric, metrics[entry.metric]) for entry in statistics.ranks)
    rank_axis = alt.X(
        "rank:Q",
        title="average rank, 1 is best",
        scale=alt.Scale(domain=[0.9, max(most, *(span["end"] for span in spans)) + 0.1], nice=False),
        axis=alt.Axis(values=list(range(1, most + 1)), format="d", grid=True),
    )
    row_axis = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[most - 0.5, top - 0.4], nice=False))
    starts = rank_axis.copy()
    starts.shorthand = "start:Q"
    show = "datum.metric === metric"
    dots = alt.Chart(alt.NamedData("ranks")).transform_filter(show)
    span = alt.Chart(alt.NamedData("spans")).transform_filter(show).transform_calculate(row=str(top))
    colour = method_colour([methods[name] for name in methods])
    # Names stand on the side that has more room.
    left = f"datum.rank > {(1 + most) / 2}"
    align, dx = alt.expr(f"{left} ? 'right' : 'left'"), alt.expr(f"{left} ? -10 : 10")
    chart = alt.layer(
        alt.Chart(alt.NamedData("bars"))
        .transform_filter(show)
        .mark_rule(strokeWidth=5, strokeCap="round", color=INK)
        .encode(x=starts, x2=alt.X2("end:Q"), y=row_axis),
        span.mark_rule(strokeWidth=1.5, color=QUIET).encode(x=starts, x2=alt.X2("end:Q"), y=row_axis),
        span.mark_text(align="left", dy=-9, color=QUIET, limit=320).encode(
            x=starts, y=row_axis, text=alt.Text("label:N")
        ),
        dots.mark_point(filled=True, size=90, opacity=1, tooltip={"content": "data"}).encode(
            x=rank_axis, y=row_axis, color=colour
        ),
        dots.mark_text(align=align, dx=dx).encode(x=rank_axis, y=row_axis, text=alt.Text("label:N")),
    )
    ranked = [name for name in methods if any(name in entry.average_ranks for entry in statistics.ranks)]
    notes = network_notes(run, (entry.metric for entry in statistics.ranks), ranked)
    return Figure(
        explanation="Methods ranked within each case. A thick bar joins methods that are closer than the critical "
        "difference (Nemenyi, 5 %). ↻ marks methods that optimised the network of the metric. "
        f"Friedman's p and Nemenyi's difference take cases for independent, {statistics.design.dependence}: they "
        f"describe this run and show no difference; the pairs above do.{standing(run, statistics)}",
        alt=f"Critical-difference diagram of {metrics[chosen]}: "
        + ", ".join(f"{methods[name]} {rank:.2f}" for name, rank in statistics.ranks[0].average_ranks.items()),
        spec=finish(
            chart.add_params(alt.param(name="metric", value=chosen)).properties(width=520, height=30 * most + 70),
            {"ranks": points, "spans": spans, "bars": bars},
            NARROW_WIDTH,
            Heading(metrics, (("ranks by", "metric"),), notes),
        ),
        choices=(Choice("metric", "Ranks by", options, chosen),),
        notes=notes,
    )
