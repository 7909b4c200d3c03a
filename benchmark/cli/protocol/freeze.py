"""``benchmark protocol freeze``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_file, try_output_folder
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.cli.protocol.display import FreezeDisplay
    from benchmark.protocol.case import Content
    from benchmark.protocol.protocol import Protocol


@click.command(cls=CommandWithExamples, examples=("benchmark protocol freeze wikiart_small -o small",))
@click.argument("name", required=False)
@click.option("--lock", type=click.Path(path_type=Path), help="Get the images of this lock instead of drawing any.")
@click.option(
    "--from",
    "place",
    default="hub",
    show_default=True,
    metavar="PLACE",
    help="Where the data set is: hub, stream, cache, or the folder of a local copy.",
)
@click.option("--revision", default="", help="Revision to draw from.  [default: the newest]")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the lock to this .json file, too.")
@click.option("--fresh", is_flag=True, help="Draw anew, from the newest revision, what was frozen before.")
def freeze(name: str | None, lock: Path | None, place: str, revision: str, out: Path | None, fresh: bool) -> None:
    """Get the images of a protocol that draws its styles from a data set, and pin them in a lock.

    NAME is the name of such a protocol, or the path of its recipe. A frozen protocol stays as it is; lost images
    are fetched again.
    """
    if (name is None) == (lock is None):
        raise InputError("name a protocol or a recipe, or a lock with --lock")
    if lock is not None and (fresh or revision or out is not None):
        raise InputError("--lock gets what the lock says; it does not go with --fresh, --revision or --out")
    from benchmark.cli.protocol.display import FreezeDisplay

    if out is not None:
        try_output_file(out, [".json"], [Path(name or "")])
    with FreezeDisplay() as display:
        if lock is not None:
            protocol = _fetch(lock, place, display)
        else:
            protocol = _freeze(name or "", place, revision, fresh, display)
    click.echo(f"protocol {protocol.name}: {format_count(len(protocol.cases), 'case')}; all images are on this machine")
    if out is not None:
        from benchmark.protocol.data_directory import kept_lock
        from benchmark.store.atomic import write_bytes

        write_bytes(out, kept_lock(protocol.name).read_bytes())
        click.echo(f"lock: {printable(out)}")


def _freeze(name: str, place: str, revision: str, fresh: bool, display: FreezeDisplay) -> Protocol:
    from benchmark.freezing.freeze import freeze as draw
    from benchmark.freezing.opening import open_works
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.data_directory import DATA_VARIABLE, data_directory, is_frozen
    from benchmark.protocol.frozen import frozen_protocol
    from benchmark.protocol.recipe import Recipe

    recipe = find_protocol(name)
    if not isinstance(recipe, Recipe):
        raise InputError(
            f"protocol {name} draws nothing from a data set; to check its images: benchmark protocol verify {name}"
        )
    if fresh or not is_frozen(recipe.name):
        try_output_folder(data_directory(), variable=DATA_VARIABLE)
        return draw(recipe, open_works(recipe.dataset, place, revision), display)
    protocol = frozen_protocol(recipe, name)
    if revision and protocol.origin is not None and revision != protocol.origin.revision:
        raise InputError(f"{name} was frozen at revision {protocol.origin.revision}; draw it anew with --fresh")
    return _complete(protocol, recipe.contents, place, display)


def _fetch(lock: Path, place: str, display: FreezeDisplay) -> Protocol:
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.frozen import open_protocol
    from benchmark.protocol.recipe import Recipe
    from benchmark.registry import PluginKind, installed_plugins

    protocol = open_protocol(lock)
    if isinstance(protocol, Recipe):
        raise InputError(f"{lock} is a recipe, not a lock; draw its styles: benchmark protocol freeze {lock}")
    is_installed = protocol.name in installed_plugins(PluginKind.PROTOCOLS)
    return _complete(protocol, find_protocol(protocol.name).contents if is_installed else (), place, display)


def _complete(protocol: Protocol, contents: Sequence[Content], place: str, display: FreezeDisplay) -> Protocol:
    from benchmark.freezing.freeze import fetch_locked
    from benchmark.freezing.opening import Place, open_works
    from benchmark.freezing.works import Works
    from benchmark.protocol.recipe import Origin

    def open_origin(origin: Origin) -> Works:
        if not origin.revision and place in set(Place):
            raise InputError(
                f"protocol {protocol.name} was drawn from a local copy of {origin.dataset.name};"
                " name one with --from FOLDER"
            )
        return open_works(origin.dataset, place, origin.revision)

    fetch_locked(protocol, contents, open_origin, display)
    return protocol
