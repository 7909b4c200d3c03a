"""``benchmark publish``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.escaping import printable


@click.command(cls=CommandWithExamples, examples=("benchmark publish runs/mini --to me/my-run --private",))
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", "name", required=True, metavar="OWNER/NAME", help="Data set repository; made if it is not there.")
@click.option("--private", is_flag=True, help="Make the repository a private one.")
@click.option("--as-is", is_flag=True, help="Publish it although `benchmark doctor RUN` finds something wrong.")
def publish(run: Path, name: str, private: bool, as_is: bool) -> None:
    """Publish a RUN with its pictures and its report as a data set of the Hugging Face hub.

    In Python, `benchmark.load_run("hub:OWNER/NAME")` reads it. The token is that of `hf auth login`, or HF_TOKEN.
    """
    from benchmark.interface.publishing import publish_run

    click.echo(printable(publish_run(run, name, private=private, as_is=as_is)))
