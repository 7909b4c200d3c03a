"""``benchmark new``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_file, try_output_folder
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.registry import PluginKind, installed_plugins
from benchmark.scaffold.program import write_program_file
from benchmark.scaffold.project import Project, ProjectKind, write_project

_PROGRAM: Final = "program"


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark new method my_method",
        "benchmark new program my_program -o my_program.toml",
    ),
)
@click.argument("kind", type=click.Choice([*(str(kind) for kind in ProjectKind), _PROGRAM]))
@click.argument("name")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the project, or file of the program.  [default: NAME]",
)
def new(kind: str, name: str, out: Path | None) -> None:
    """Write an installable project with a method or a metric of your own, or the file of a program.

    A metric scores single images, a set metric all images of a method at once. A project works as it is: install it,
    run its tests, then replace its computation by your own.

    A program is a method without Python: a file that says how the script of another repository is called.
    """
    if kind == _PROGRAM:
        _write_program(name.strip().replace("-", "_"), out)
        return
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


def _write_program(name: str, out: Path | None) -> None:
    if taken := installed_plugins(PluginKind.METHODS).get(name):
        raise InputError(f"method {name} is installed already, by {taken.distribution}; choose another name")
    path = out or Path(f"{name}.toml")
    if path.suffix.lower() != ".toml":
        raise InputError(f"cannot write {path}: name a file ending in .toml")
    try_output_file(path)
    write_program_file(name, path)
    click.echo(printable(path))
    click.echo(f"next: fill in {path}, then benchmark check-method {path}", err=True)
