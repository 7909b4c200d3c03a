"""The base of all charts: their data, their choices and their look."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reports.figures.label_placement import Label, Span, place_labels
from reports.tables.titles import shorten

if TYPE_CHECKING:
    import altair as alt


INK: Final = "#1c1e21"
QUIET: Final = "#5b626c"
LINE: Final = "#e1e4e8"
STRONG_LINE: Final = "#aeb4bd"
ACCENT: Final = "#1d4f91"
PALETTE: Final = ("#0072b2", "#c26a00", "#00845f", "#b5568b", "#7a6a00", "#3d8fc4", "#a33b20", "#6b5bb5")
"""Colours of the methods: they stand out from white and from black, and are told apart by colour-blind people."""

SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")

ANCHORED: Final = "0 and 1 are the controls, up is better"
WIDEST: Final = (-0.5, 1.5)
POINT: Final = 110
"""Area of a point in square pixels."""

NARROW: Final = "narrow_"
NARROW_WIDTH: Final = 285
"""Width in pixels of a scatter plot on a phone, without its axis."""

WIDE_LINE: Final = 72
NARROW_LINE: Final = 46
"""Letters of a line above a chart, and above one on a phone."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Choice:
    """A choice of the reader: a parameter of the specification with its options."""

    parameter: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class Heading:
    """The lines above a chart and its picture: the metrics shown, and the networks that made them.

    Attributes:
        labels: The metrics by their names, with their networks.
        chosen: Words, each with the parameter that holds the name of the metric that the reader chose.
        notes: Meanings of the networks' marks.
    """

    labels: Mapping[str, str]
    chosen: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A chart.

    Attributes:
        explanation: One or two sentences on how to read it.
        alt: Description for readers who cannot see it.
        spec: Vega-Lite specification.
        choices: Choices of the reader.
        notes: Meanings of the networks' marks, which stand in the picture too.
    """

    explanation: str
    alt: str
    spec: dict[str, Any]
    choices: tuple[Choice, ...] = ()
    notes: tuple[str, ...] = ()


def method_colour(titles: Sequence[str]) -> alt.Color:
    """Returns the colour of a method; every chart of a run gives a method the same one."""
    import altair as alt

    colours = [PALETTE[index % len(PALETTE)] for index in range(len(titles))]
    return alt.Color("title:N", scale=alt.Scale(domain=list(titles), range=colours), legend=None)


def method_shape(titles: Sequence[str]) -> alt.Shape:
    """Returns the shape of a method's points."""
    import altair as alt

    shapes = [SHAPES[index % len(SHAPES)] for index in range(len(titles))]
    return alt.Shape("title:N", scale=alt.Scale(domain=list(titles), range=shapes), legend=None)


def placed(rows: Sequence[dict[str, Any]], x: Span, y: Span, width: int, height: int) -> list[dict[str, Any]]:
    """Returns the rows of points with the offsets of their labels, in the whole and in the narrow chart.

    Args:
        rows: One row per point, with ``x``, ``y`` and ``title``.
        x: Scale from left to right.
        y: Scale from the bottom to the top.
        width: Width of the chart in pixels.
        height: Its height.
    """
    for prefix, across in (("", width), (NARROW, NARROW_WIDTH)):
        labels = [Label(row["title"], x.share(row["x"]) * across, (1 - y.share(row["y"])) * height) for row in rows]
        rows = [
            {**row, f"{prefix}dx": offset.dx, f"{prefix}dy": offset.dy, f"{prefix}align": offset.align}
            for row, offset in zip(rows, place_labels(labels, across, height), strict=True)
        ]
    return list(rows)


def label_text(base: alt.Chart, **marks: Any) -> alt.Chart:
    """Returns the labels of rows that were placed."""
    import altair as alt

    dx, dy, align = (alt.expr(f"narrow ? datum.{NARROW}{name} : datum.{name}") for name in ("dx", "dy", "align"))
    labels: alt.Chart = base.mark_text(dx=dx, dy=dy, align=align, **marks).encode(text=alt.Text("title:N"))
    return labels


def chosen_scale(domains: str, metric: str, spans: Mapping[str, Span]) -> tuple[alt.Scale, alt.Parameter]:
    """Returns a scale that fits the metric that the reader chose, and the parameter that holds the domains.

    Args:
        domains: Name of the parameter that holds the domains.
        metric: Name of the parameter that holds the chosen metric.
        spans: The scale of each metric.
    """
    import altair as alt

    parameter = alt.param(name=domains, value={name: [span.start, span.end] for name, span in spans.items()})
    ends = [alt.expr(f"{domains}[{metric}][{end}]") for end in (0, 1)]
    return alt.Scale(domain=ends, clamp=True, nice=False, zero=False), parameter


def raw_span(values: Sequence[float], *, reverse: bool) -> Span:
    """Returns a scale for raw scores, with a margin; reversed where lower scores are better."""
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or 0.5
    return Span(high + margin, low - margin) if reverse else Span(low - margin, high + margin)


def anchored_span(values: Iterable[float]) -> Span:
    """Returns a scale for anchored scores; what lies far beyond the controls is drawn at its edge."""
    low, high = min([-0.05, *(known := list(values))]), max([1.05, *known])
    return Span(max(low, WIDEST[0]), min(high, WIDEST[1]))


def anchored_scale(values: Iterable[float]) -> alt.Scale:
    """Returns a scale for anchored scores; what lies far beyond the controls is drawn at its edge."""
    import altair as alt

    span = anchored_span(values)
    return alt.Scale(domain=[span.start, span.end], clamp=True, nice=False)


def points(base: alt.Chart, size: int, **encoding: Any) -> tuple[alt.Chart, alt.Chart]:
    """Returns the points of rows, filled, and hollow where the row is of a circular score."""
    marks: dict[str, Any] = {"size": size, "opacity": 1, "tooltip": {"content": "data"}}
    return (
        base.transform_filter("!datum.circular").mark_point(filled=True, **marks).encode(**encoding),
        base.transform_filter("datum.circular").mark_point(filled=False, strokeWidth=2, **marks).encode(**encoding),
    )


def narrow_parameter() -> alt.Parameter:
    """Returns the parameter that the page sets to draw a chart narrow, on a phone."""
    import altair as alt

    return alt.param(name="narrow", value=False)


def finish(
    chart: alt.LayerChart | alt.FacetChart | alt.HConcatChart,
    rows: Mapping[str, Rows],
    narrow_width: int | None = None,
    heading: Heading | None = None,
) -> dict[str, Any]:
    """Returns the specification of a chart, in the look of the page.

    Args:
        chart: The chart. Its data have names: within it, the rows would be copied and validated at every step that
            builds it, which takes longer than drawing it.
        rows: The rows of each name.
        narrow_width: Width in pixels of the chart, or of each of its panels, on a phone; ``None`` for the same as
            elsewhere.
        heading: Lines above it.
    """
    styled = chart.configure(
        background="transparent",
        font="system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Helvetica Neue, Arial, sans-serif",
        padding=4,
    )
    spec: dict[str, Any] = styled.to_dict(validate=False)
    spec["datasets"] = {name: [dict(row) for row in named] for name, named in rows.items()}
    spec["config"] = {
        **spec.get("config", {}),
        "view": {"stroke": None},
        "axis": {
            "labelColor": QUIET, "titleColor": QUIET, "titleFontWeight": "normal", "titleFontSize": 12,
            "labelFontSize": 11, "gridColor": LINE, "domainColor": STRONG_LINE, "tickColor": STRONG_LINE,
            "labelLimit": 140,
        },
        "text": {"fill": INK, "fontSize": 12, "limit": 150},
        "title": {"color": INK, "fontSize": 13, "anchor": "start", "fontWeight": "normal"},
    }  # fmt: skip
    if narrow_width is not None:
        spec["usermeta"] = {"narrow_width": narrow_width}
    if heading is not None:
        _add_heading(spec, heading)
    return spec


def _add_heading(spec: dict[str, Any], heading: Heading) -> None:
    chosen = [f"'{words} ' + metric_labels[{parameter}]" for words, parameter in heading.chosen]
    notes = {
        letters: [line for note in heading.notes for line in textwrap.wrap(shorten(note, 3 * WIDE_LINE), letters)]
        for letters in (WIDE_LINE, NARROW_LINE)
    }
    if not (chosen or heading.notes):
        return
    # Text from plugins is a value of a parameter, and never part of an expression.
    parameters = {"metric_labels": dict(heading.labels), "notes": notes[WIDE_LINE], "narrow_notes": notes[NARROW_LINE]}
    wide, narrow = (
        ", ".join([*chosen, *(f"{name}[{line}]" for line in range(len(parameters[name])))])
        for name in ("notes", "narrow_notes")
    )
    known = spec.get("params", [])
    if all(each["name"] != "narrow" for each in known):
        known = [*known, {"name": "narrow", "value": False}]
    spec["params"] = [*known, *({"name": name, "value": value} for name, value in parameters.items())]
    spec["title"] = {
        "text": {"expr": f"narrow ? [{narrow}] : [{wide}]"},
        "color": QUIET,
        "fontSize": 11,
        "lineHeight": 14,
        "offset": 8,
        "limit": {"expr": "narrow ? 340 : 520"},
    }
