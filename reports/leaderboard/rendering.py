"""The pages and badges of the site as text: filled templates, and one content security policy for all pages."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Final

from benchmark.html_pages import content_security_policy, fill_page, read_sources, template_environment
from reports.html.rendering import TEMPLATES as PAGE_TEMPLATES

TEMPLATES: Final = Path(__file__).with_name("templates")
_WIDTH: Final = 6.6
"""Mean width of a character of a badge, in pixels; the text is fitted to what is reserved for it."""


class Renderer:
    """Fills the templates. Everything but our own style sheets and scripts is escaped."""

    @cached_property
    def _fixed(self) -> dict[str, str]:
        style = f"{read_sources(PAGE_TEMPLATES, ('page.css',))}\n{read_sources(TEMPLATES, ('leaderboard.css',))}"
        script = f"{read_sources(PAGE_TEMPLATES, ('sorting.js',))}\n{read_sources(TEMPLATES, ('filtering.js',))}"
        policy = content_security_policy(style, script, pictures="data: 'self'")
        return {"style": style, "script": script, "policy": policy}

    def page(self, template: str, root: str, **facts: Any) -> str:
        """Returns a page.

        Args:
            template: Name of its template, without endings.
            root: Path from the page to the site, such as ``../``.
            facts: What the template shows.
        """
        return fill_page(template_environment(TEMPLATES), f"{template}.html.j2", {"root": root, **self._fixed, **facts})

    def badge(self, label: str, value: str) -> str:
        """Returns a badge as SVG.

        Args:
            label: Its left part.
            value: Its right part.
        """
        widths = [round(len(text) * _WIDTH) + 12 for text in (label, value)]
        template = template_environment(TEMPLATES).get_template("badge.svg.j2")
        return template.render(label=label, value=value, widths=widths)
