"""The templates of new files."""

from __future__ import annotations


def render(template: str, **values: object) -> str:
    """Fills a template in.

    Args:
        template: Its name.
        **values: What it is filled with: names that were checked. None of the files is HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("benchmark.scaffold"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values)
