"""``benchmark protocol``: its commands."""

from __future__ import annotations

import click

from benchmark.cli.protocol.export import export
from benchmark.cli.protocol.freeze import freeze
from benchmark.cli.protocol.new import new
from benchmark.cli.protocol.show import show
from benchmark.cli.protocol.verify import verify


@click.group()
def protocol() -> None:
    """Make protocols, get their images, and check them."""


for command in (show, new, freeze, verify, export):
    protocol.add_command(command)
