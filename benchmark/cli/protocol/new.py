"""``benchmark protocol new``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder
from benchmark.wording import format_count


@click.command(
    cls=CommandWithExamples,
    examples=("benchmark protocol new --contents photos --styles paintings --prompts prompts.csv -o mine",),
)
@click.option("--contents", type=click.Path(path_type=Path), help="Folder of photographs.")
@click.option("--styles", type=click.Path(path_type=Path), help="Folder of style images.")
@click.option(
    "--prompts", type=click.Path(path_type=Path), help="Table (CSV): a line per style image, columns file and prompt."
)
@click.option(
    "--pairs",
    type=click.Path(path_type=Path),
    help="Table (CSV): a line per case, columns content, style and prompt.  [default: every content in every style]",
)
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder to make.")
@click.option("--name", help="Name of the protocol.  [default: made of the folder's]")
@click.option(
    "--like", default="mini", show_default=True, help="Protocol to take networks, fixed settings and resolution from."
)
@click.option("--resolution", type=click.IntRange(32, 4096), help="Another resolution, in pixels.")
def new(
    contents: Path | None,
    styles: Path | None,
    prompts: Path | None,
    pairs: Path | None,
    out: Path,
    name: str | None,
    like: str,
    resolution: int | None,
) -> None:
    """Make a protocol of your own images: a folder with copies of them and a lock.

    Every photograph meets every style image of two folders, or a table of pairs says which meet. Its pictures are
    paths relative to the table, or names in the two folders, which are then optional; one of style and prompt may be
    empty.

    Other columns of the table of prompts: title, artist, movement, genre, year, licence, source.
    """
    from benchmark.escaping import one_line, shell_command
    from benchmark.freezing.names import name_of
    from benchmark.freezing.own_images import OwnImages, new_protocol
    from benchmark.plan.selection import find_protocol

    named = name or name_of(out.absolute().name, "protocol")
    try_output_folder(out, [folder for folder in (contents, styles) if folder is not None])
    made = new_protocol(
        OwnImages(contents, styles, prompts, pairs),
        out,
        named,
        find_protocol(like),
        resolution,
        note=lambda line: click.echo(one_line(line), err=True),
    )
    command = shell_command(["benchmark", "run", "--protocol", str(out)])
    click.echo(f"protocol {made.name}: {format_count(len(made.cases), 'case')}; run it: {command}")
    for what, without in (
        ("prompt", sum(not style.prompt for style in made.styles)),
        ("image", sum(style.image is None for style in made.styles)),
    ):
        if without:
            click.echo(
                f"{without} of {len(made.styles)} styles have no {what}: methods that read one will skip them", err=True
            )
