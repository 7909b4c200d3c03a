"""``benchmark protocol new``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.targets import try_output_folder
from benchmark.wording import format_count


@click.command()
@click.option("--contents", required=True, type=click.Path(path_type=Path), help="Folder of photographs.")
@click.option("--styles", required=True, type=click.Path(path_type=Path), help="Folder of style images.")
@click.option(
    "--prompts", type=click.Path(path_type=Path), help="Table (CSV): a line per style image, columns file and prompt."
)
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder to make.")
@click.option("--name", help="Name of the protocol.  [default: made of the folder's]")
@click.option(
    "--like", default="mini", show_default=True, help="Protocol to take networks, fixed settings and resolution from."
)
@click.option("--resolution", type=click.IntRange(32, 4096), help="Another resolution, in pixels.")
def new(
    contents: Path, styles: Path, prompts: Path | None, out: Path, name: str | None, like: str, resolution: int | None
) -> None:
    """Make a protocol of your own images: a folder with copies of them and a lock.

    Other columns of the table: title, artist, movement, genre, year, licence, source.
    """
    from benchmark.escaping import one_line, shell_command
    from benchmark.freezing.own_images import OwnImages, name_of, new_protocol
    from benchmark.plan.selection import find_protocol

    named = name or name_of(out.absolute().name, "protocol")
    try_output_folder(out, [contents, styles])
    made = new_protocol(
        OwnImages(contents, styles, prompts),
        out,
        named,
        find_protocol(like),
        resolution,
        note=lambda line: click.echo(one_line(line), err=True),
    )
    without = sum(not style.prompt for style in made.styles)
    command = shell_command(["benchmark", "run", "--protocol", str(out)])
    click.echo(f"protocol {made.name}: {format_count(len(made.cases), 'case')}; run it: {command}")
    if without:
        click.echo(
            f"{without} of {len(made.styles)} styles have no prompt: methods that read one will skip them", err=True
        )
