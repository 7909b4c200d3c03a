"""The page as HTML: filled templates, and the content security policy that they need."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reports.figures.all import chart_library
from reports.html.page import TRENDS

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

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
SCRIPTS: Final = ("sorting.js", "charts.js", "gallery.js", "breakdowns.js", "viewer.js", "folding.js", "copying.js")


def render(page: Page) -> str:
    """Returns the page as HTML. Everything but our own style sheets and scripts is escaped."""
    style = read_sources(TEMPLATES, STYLE_SHEETS)
    script = f"{chart_library()}\n{read_sources(TEMPLATES, SCRIPTS)}"
    html = (
        template_environment(TEMPLATES)
        .get_template("page.html.j2")
        .render(
            page=page,
            style=style,
            script=script,
            figures=json_block(
                {TRENDS: _specifications(page.trends)}
                | {run.prefix: _specifications((*run.trade_offs, *run.sweeps, *run.ranks)) for run in page.runs}
            ),
            policy=content_security_policy(style, script, inline=page.inline),
        )
    )
    return html.replace("\0", "\N{REPLACEMENT CHARACTER}")


def template_environment(folder: Path) -> Environment:
    """Returns an environment whose templates escape everything, with the filter ``isolate``.

    Args:
        folder: Folder of the templates.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["isolate"] = isolate
    return environment


def content_security_policy(style: str, script: str, *, inline: bool) -> str:
    """Returns a policy that allows this style sheet, this script and the page's pictures, and nothing else.

    Args:
        style: The style sheet.
        script: The script.
        inline: Whether all pictures are inlined.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:" if inline else "img-src data: 'self'",
            f"style-src '{_source_hash(style)}'",
            f"script-src '{_source_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def json_block(value: object) -> Markup:
    """Returns JSON that cannot close the HTML element around it."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - has no markup left


def _specifications(charts: tuple[PageFigure, ...]) -> dict[str, object]:
    return {chart.drawn.name: chart.drawn.figure.spec for chart in charts if chart.drawn.figure}


def isolate(text: str) -> Markup:
    """Returns text that cannot change the writing direction of the text around it."""
    from markupsafe import Markup

    return Markup("<bdi>{}</bdi>").format(text)


def read_sources(folder: Path, names: Sequence[str]) -> str:
    """Returns style sheets or scripts as one.

    Args:
        folder: Their folder.
        names: Names of their files.
    """
    return "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)


def _source_hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")
