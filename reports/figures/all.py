"""The charts of a run, and their pictures."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from reports.figures.costs import cost_figure, quality_figure
from reports.figures.profile import profile_figure
from reports.figures.ranks import rank_figure
from reports.figures.trade_off import trade_off_figure

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords
    from reports.figures.figure import Figure


def trade_off_figures(run: RunRecords, statistics: RunStatistics) -> tuple[Figure, ...]:
    """Returns the charts that weigh one thing against another."""
    figures = (
        trade_off_figure(run, statistics),
        quality_figure(run, statistics),
        cost_figure(run),
        profile_figure(run, statistics),
    )
    return tuple(figure for figure in figures if figure is not None)


def rank_figures(run: RunRecords, statistics: RunStatistics) -> tuple[Figure, ...]:
    """Returns the charts of ranks."""
    figure = rank_figure(run, statistics)
    return () if figure is None else (figure,)


def to_svg(figure: Figure) -> str:
    """Returns a chart as SVG, as it stands before the reader chooses anything."""
    import vl_convert

    return vl_convert.vegalite_to_svg(figure.spec)


def to_png(figure: Figure, scale: float = 2) -> bytes:
    """Returns a chart as PNG on white, ``scale`` pixels for each unit of its size."""
    import vl_convert

    spec = {**figure.spec, "background": "white", "config": {**figure.spec["config"], "background": "white"}}
    return vl_convert.vegalite_to_png(spec, scale=scale)


def to_inline_svg(figure: Figure, prefix: str) -> str:
    """Returns a chart as SVG for a page: with ids of its own, and hidden from screen readers, who get a text."""
    svg = re.sub(r'(\sid="|url\(#)', rf"\g<1>{prefix}{figure.name}-", to_svg(figure))
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


@functools.cache
def chart_library() -> str:
    """Returns the script that draws charts in a browser, as ``vegaEmbed``: Vega, Vega-Lite and Vega-Embed."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
