"""``benchmark protocol show``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write a page with thumbnails to this HTML file.")
def show(name: str, out: Path | None) -> None:
    """Show a protocol, by its name or the path of its file or folder."""
    from benchmark.cli.protocol.page import protocol_page
    from benchmark.cli.protocol.words import print_protocol
    from benchmark.errors import InputError
    from benchmark.escaping import printable
    from benchmark.plan.selection import find_protocol, load_protocol
    from benchmark.protocol.data_directory import kept_lock
    from benchmark.protocol.recipe import Recipe
    from benchmark.store.atomic import write_text

    found = find_protocol(name)
    if isinstance(found, Recipe) and kept_lock(found.name).exists():
        found = load_protocol(name)
    if out is None:
        click.echo(f"protocol {found.name}")
        print_protocol(found)
        return
    if out.suffix.lower() not in {".html", ".htm"}:
        raise InputError(f"cannot write {out}: name a file ending in .html")
    write_text(out, protocol_page(found))
    click.echo(printable(out))
