"""``benchmark protocol verify``."""

from __future__ import annotations

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.errors import InputError
from benchmark.escaping import one_line


@click.command(cls=CommandWithExamples, examples=("benchmark protocol verify mini",))
@click.argument("name")
def verify(name: str) -> None:
    """Check that every image of a protocol is the pinned one.

    NAME is the name of a protocol, or the path of its lock, file or folder.
    """
    from benchmark.cli.protocol.words import fingerprint_words
    from benchmark.plan.selection import load_protocol
    from benchmark.plan.unknown_names import notes_on_unknown_names

    protocol = load_protocol(name)
    for note in notes_on_unknown_names(protocol):
        click.echo(note, err=True)
    problems = protocol.wrong_images()
    for problem in problems.values():
        click.echo(f"wrong   {one_line(problem)}")
    if problems:
        raise InputError(
            f"{len(problems)} of the images of protocol {protocol.name} are not the pinned ones: {', '.join(problems)}"
        )
    click.echo(f"protocol {protocol.name}: all {len(protocol.image_hashes)} images are the pinned ones")
    click.echo(f"fingerprint: {fingerprint_words(protocol)}")
