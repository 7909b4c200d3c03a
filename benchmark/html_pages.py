"""HTML pages that are safe to open: templates that escape everything, and a policy that allows their own parts only."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@functools.cache
def template_environment(folder: Path) -> Environment:
    """Returns the environment of a folder, whose templates escape everything, with the filter ``isolate``.

    It is kept, with the templates that it compiled, which takes longer than filling them.

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


def fill_page(environment: Environment, template: str, facts: Mapping[str, object]) -> str:
    """Returns a page as HTML. Null characters, which no HTML may hold, are replaced.

    Args:
        environment: The environment of its templates.
        template: Name of its template.
        facts: What the template shows.
    """
    return environment.get_template(template).render(facts).replace("\0", "\N{REPLACEMENT CHARACTER}")


def content_security_policy(style: str, script: str = "", *, pictures: str = "data:", connects_to: str = "") -> str:
    """Returns a policy that allows this style sheet, this script and some pictures, and nothing else.

    Args:
        style: The style sheet.
        script: The script; empty for none.
        pictures: Where pictures may come from, as the policy writes it.
        connects_to: Where the script may send to, as the policy writes it; empty for nowhere.
    """
    parts = [
        "default-src 'none'",
        f"img-src {pictures}",
        f"style-src '{_source_hash(style)}'",
        *([f"script-src '{_source_hash(script)}'"] if script else []),
        *([f"connect-src {connects_to}"] if connects_to else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(parts)


def json_block(value: object) -> Markup:
    """Returns JSON that cannot close the HTML element around it."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - has no markup left


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
