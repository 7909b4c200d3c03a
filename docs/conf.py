"""Makes the documentation site of the pages in this folder: ``tox -e docs``. Imports nothing, fetches nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = PROJECT["name"]
release = PROJECT["version"]
author = "The style-transfer-benchmark contributors"
copyright = author  # noqa: A001, the name that Sphinx reads

extensions = ["autoapi.extension", "myst_parser", "sphinx.ext.napoleon", "sphinx_copybutton"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
napoleon_use_ivar = True  # attributes are listed in their class, not described a second time

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

autoapi_dirs = [str(ROOT / "benchmark")]
autoapi_generate_api_docs = False  # the pages in api/ say what is public
autoapi_options = ["members", "inherited-members", "show-module-summary"]
autoapi_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False

_LINK = re.compile(r"\[([^\]]+)\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def _unlink_sources(app: Sphinx, page: str, source: list[str]) -> None:
    """Shows links to files of the repository, which are not part of the site, as their names."""
    site = Path(app.srcdir).resolve()
    folder = (site / page).parent

    def shown(link: re.Match[str]) -> str:
        return link[0] if (folder / link[2]).resolve().is_relative_to(site) else link[1]

    source[0] = _LINK.sub(shown, source[0])


def setup(app: Sphinx) -> None:
    """Connects to Sphinx."""
    app.connect("source-read", _unlink_sources)
