"""``benchmark protocol show``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.targets import try_output_file


@click.command()
@click.argument("name")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write a page with thumbnails to this HTML file.")
def show(name: str, out: Path | None) -> None:
    """Show a protocol, by its name or the path of its file or folder."""
    from benchmark.cli.protocol.protocol_page import protocol_page
    from benchmark.cli.protocol.words import as_frozen, print_protocol
    from benchmark.escaping import printable
    from benchmark.plan.selection import find_protocol
    from benchmark.store.atomic import write_text

    if out is not None:
        try_output_file(out, (".html", ".htm"))
    found = as_frozen(find_protocol(name), name)
    if out is None:
        print_protocol(found)
        return
    write_text(out, protocol_page(found))
    click.echo(printable(out))
