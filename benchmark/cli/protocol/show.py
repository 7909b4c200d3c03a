"""``benchmark protocol show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import networks_option
from benchmark.cli.targets import try_output_file

if TYPE_CHECKING:
    from benchmark.protocol.networks import NetworkChoice


@click.command(cls=CommandWithExamples, examples=("benchmark protocol show mini -o mini.html",))
@click.argument("name")
@networks_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write a page with thumbnails to this HTML file.")
def show(name: str, networks: NetworkChoice, out: Path | None) -> None:
    """Show a protocol, by its name or the path of its file or folder."""
    from benchmark.cli.protocol.protocol_page import protocol_page
    from benchmark.cli.protocol.words import as_frozen, print_protocol
    from benchmark.escaping import printable
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.networks import with_networks
    from benchmark.store.atomic import write_text

    if out is not None:
        try_output_file(out, (".html", ".htm"))
    found = with_networks(as_frozen(find_protocol(name), name), networks)
    if out is None:
        print_protocol(found)
        return
    write_text(out, protocol_page(found))
    click.echo(printable(out))
