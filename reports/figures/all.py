"""The charts of a run, and their pictures."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.user_folders import home_for_imports
from reports.figures.costs import cost_figure, quality_figure
from reports.figures.profile import profile_figure
from reports.figures.ranks import rank_figure
from reports.figures.trade_off import trade_off_figure

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords
    from reports.figures.figure import Figure

Build = Callable[["RunRecords", "RunStatistics"], "Figure | None"]


@dataclass(frozen=True)
class FigureKind:
    """A chart that a run may have.

    Attributes:
        name: Name in snake_case, unique within a run.
        title: Heading.
        build: Makes the chart, or returns ``None`` where the run has no data for it.
    """

    name: str
    title: str
    build: Build


@dataclass(frozen=True)
class DrawnFigure:
    """A chart and its picture, or the reason why there is none.

    Attributes:
        name: Name in snake_case, unique within a run.
        title: Heading.
        figure: The chart, or ``None`` where it could not be drawn.
        svg: The chart as SVG, as it stands before the reader chooses anything; empty where it could not be drawn.
        problem: Why it could not be drawn, in one line, or empty.
    """

    name: str
    title: str
    figure: Figure | None
    svg: str = ""
    problem: str = ""


TRADE_OFFS: Final = (
    FigureKind("trade_off", "Content against style", trade_off_figure),
    FigureKind("quality_and_runtime", "Quality against runtime", quality_figure),
    FigureKind("costs", "Runtime and memory", cost_figure),
    FigureKind("profile", "All metrics side by side", profile_figure),
)
"""The charts that weigh one thing against another."""

RANKS: Final = (FigureKind("ranks", "Average ranks", rank_figure),)
"""The charts of ranks."""


def draw_figures(kinds: tuple[FigureKind, ...], run: RunRecords, statistics: RunStatistics) -> tuple[DrawnFigure, ...]:
    """Draws the charts that a run has data for. One that cannot be drawn carries the reason; the others are drawn.

    Args:
        kinds: The charts.
        run: The run.
        statistics: Its statistics.
    """
    drawn = (draw(kind.name, kind.title, functools.partial(kind.build, run, statistics)) for kind in kinds)
    return tuple(figure for figure in drawn if figure is not None)


def draw(name: str, title: str, build: Callable[[], Figure | None]) -> DrawnFigure | None:
    """Draws one chart, or returns ``None`` where there is no data for it.

    Args:
        name: Its name.
        title: Its heading.
        build: Makes the chart.
    """
    with home_for_imports():
        from altair.utils.schemapi import SchemaValidationError, debug_mode

    # The chart library refuses data with any of these; the report goes on with the other charts.
    try:
        # Validating what is written here, part by part and as a whole, takes longer than the rest; the tests do it.
        with debug_mode(False):
            figure = build()
        return None if figure is None else DrawnFigure(name, title, figure, to_svg(figure))
    except (SchemaValidationError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return DrawnFigure(name, title, None, problem=" ".join([f"{type(error).__name__}:", *lines[:2]]))


def to_svg(figure: Figure) -> str:
    """Returns a chart as SVG, as it stands before the reader chooses anything.

    Raises:
        ValueError: The chart library cannot draw it.
    """
    import vl_convert

    return vl_convert.vegalite_to_svg(figure.spec)


def to_png(figure: Figure, scale: float = 2) -> bytes:
    """Returns a chart as PNG on white, ``scale`` pixels for each unit of its size.

    Raises:
        ValueError: The chart library cannot draw it.
    """
    import vl_convert

    spec = {**figure.spec, "background": "white", "config": {**figure.spec["config"], "background": "white"}}
    return vl_convert.vegalite_to_png(spec, scale=scale)


def to_pdf(svg: str) -> bytes:
    """Returns a drawing as PDF: pictures as they are in it, text as text with its fonts.

    Raises:
        RuntimeError: The drawing library cannot draw it.
    """
    import vl_convert

    return vl_convert.svg_to_pdf(svg)


def to_inline_svg(drawn: DrawnFigure, prefix: str) -> str:
    """Returns a chart as SVG for a page: with ids of its own, and hidden from screen readers, which get a text."""
    svg = re.sub(r'(\sid="|url\(#)', rf"\g<1>{prefix}{drawn.name}-", drawn.svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
