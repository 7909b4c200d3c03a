"""``benchmark new``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.targets import try_output_folder
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.registry import PluginKind, installed_plugins
from benchmark.scaffold.project import Project, ProjectKind, write_project


@click.command()
@click.argument("kind", type=click.Choice([str(kind) for kind in ProjectKind]))
@click.argument("name")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder of the project.  [default: NAME, with dashes]"
)
def new(kind: str, name: str, out: Path | None) -> None:
    """Write an installable project with a method or a metric of your own.

    A metric scores single images, a set metric all images of a method at once.

    It works as it is: install it, run its tests, then replace its computation by your own.
    """
    project = Project(ProjectKind(kind), name.strip().replace("-", "_"))
    taken = installed_plugins(PluginKind(f"{project.kind.plugin}s")).get(project.name)
    if taken is not None:
        raise InputError(
            f"{project.kind.plugin} {project.name} is installed already, by {taken.distribution}; choose another name"
        )
    folder = out or Path(project.distribution)
    try_output_folder(folder)
    for path in write_project(project, folder):
        click.echo(printable(path))
    click.echo(f"next: cd {folder} && pip install -e '.[test]' && pytest && benchmark show {project.name}", err=True)
