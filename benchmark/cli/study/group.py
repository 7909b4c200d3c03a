"""``benchmark study``: its commands."""

from __future__ import annotations

import click

from benchmark.cli.study.analyse import analyse
from benchmark.cli.study.import_ import import_
from benchmark.cli.study.new import new
from benchmark.cli.study.serve import serve


@click.group()
def study() -> None:
    """Ask people about the pictures of a run, and hold metrics against what they say."""


for command in (new, serve, analyse, import_):
    study.add_command(command)
