"""``benchmark protocol export``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder


@click.command(cls=CommandWithExamples, examples=("benchmark protocol export mini -o exported",))
@click.argument("name")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder to make.")
def export(name: str, out: Path) -> None:
    """Write the pictures of a protocol, as methods see them, for a program that stylizes elsewhere.

    NAME is the name of a protocol, or the path of its lock, file or folder. The folder holds contents, styles and masks
    as PNG, and a table of the cases with the name of the picture that is expected back for each.
    """
    from benchmark.escaping import printable
    from benchmark.freezing.export import README, export_protocol, refuse_other_folder
    from benchmark.plan.selection import load_protocol
    from benchmark.wording import format_count

    protocol = load_protocol(name)
    refuse_other_folder(protocol, out)
    try_output_folder(out)
    export_protocol(protocol, out, name)
    click.echo(
        f"{printable(out)}: {format_count(len(protocol.cases), 'case')} of protocol {protocol.name};"
        f" {printable(out / README)} says what is expected back"
    )
