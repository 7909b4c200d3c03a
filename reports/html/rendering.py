"""The page as HTML: filled templates, and the content security policy that they need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.html_pages import content_security_policy, fill_page, json_block, read_sources, template_environment
from reports.figures.chart_library import chart_library
from reports.html.page import TRENDS

if TYPE_CHECKING:
    from reports.html.page import Page, PageFigure

TEMPLATES: Final = Path(__file__).with_name("templates")
STYLE_SHEETS: Final = (
    "page.css",
    "tables.css",
    "charts.css",
    "gallery.css",
    "overview.css",
    "heat_map.css",
    "print.css",
)
SCRIPTS: Final = (
    "sorting.js",
    "deferred.js",
    "charts.js",
    "gallery.js",
    "breakdowns.js",
    "viewer.js",
    "folding.js",
    "copying.js",
)


def render(page: Page) -> str:
    """Returns the page as HTML. Everything but our own style sheets and scripts is escaped."""
    style = read_sources(TEMPLATES, STYLE_SHEETS)
    script = f"{chart_library()}\n{read_sources(TEMPLATES, SCRIPTS)}"
    facts = {
        "page": page,
        "style": style,
        "script": script,
        "figures": json_block(
            {TRENDS: _specifications(page.trends)}
            | {run.prefix: _specifications((*run.trade_offs, *run.sweeps, *run.ranks)) for run in page.runs}
        ),
        "policy": content_security_policy(style, script, pictures="data:" if page.inline else "data: 'self'"),
    }
    return fill_page(template_environment(TEMPLATES), "page.html.j2", facts)


def _specifications(charts: tuple[PageFigure, ...]) -> dict[str, object]:
    return {chart.drawn.name: chart.drawn.figure.spec for chart in charts if chart.drawn.figure}
