"""New installable projects with one plugin, which pass the conformance suite as they are."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Final

from benchmark.errors import InputError
from benchmark.scaffold.rendering import render
from benchmark.store.atomic import write_text

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME: Final = 60


class ProjectKind(StrEnum):
    """Kind of a new plugin."""

    METHOD = "method"
    METRIC = "metric"
    SET_METRIC = "set-metric"
    """A set metric, which scores all images of a method at once."""

    @property
    def plugin(self) -> str:
        """Kind under which it is registered: ``method`` or ``metric``; also the name of its module."""
        return self.value.removeprefix("set-")


@dataclass(frozen=True)
class Project:
    """Names of a plugin's project.

    Attributes:
        kind: Kind of the plugin.
        name: Its name in snake_case; also the name of its Python package.

    Raises:
        InputError: The name cannot be used.
    """

    kind: ProjectKind
    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.name) > _LONGEST_NAME:
            raise InputError(
                f"{self.name!r} cannot be the name of a {self.kind}: use up to {_LONGEST_NAME} lower-case letters,"
                " digits and single underscores, beginning with a letter, such as neural_neighbour"
            )
        if keyword.iskeyword(self.name) or self.name in sys.stdlib_module_names or find_spec(self.name):
            raise InputError(
                f"{self.name} cannot be the name of a {self.kind}: a module or keyword of Python is called so;"
                f" take a longer one, such as {self.name}_{'transfer' if self.kind is ProjectKind.METHOD else 'score'}"
            )

    @property
    def distribution(self) -> str:
        """Name of the distribution and of the project's folder."""
        return self.name.replace("_", "-")

    @property
    def class_name(self) -> str:
        """Name of the plugin's class."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def title(self) -> str:
        """Name for people."""
        return self.name.replace("_", " ").capitalize()

    def files(self) -> dict[PurePosixPath, str]:
        """Returns the text of every file by its path in the project."""
        package = PurePosixPath("src", self.name)
        template = self.kind.replace("-", "_")
        templates = {
            PurePosixPath("pyproject.toml"): "pyproject.toml.j2",
            PurePosixPath("README.md"): "readme.md.j2",
            PurePosixPath(".gitignore"): "gitignore.j2",
            PurePosixPath(".github", "workflows", "tests.yml"): "tests.yml.j2",
            package / "__init__.py": "package.py.j2",
            package / f"{self.kind.plugin}.py": f"{template}.py.j2",
            PurePosixPath("tests", f"test_{self.name}.py"): f"test_{template}.py.j2",
        }
        return {path: render(template, project=self) for path, template in templates.items()}


def write_project(project: Project, folder: Path) -> list[Path]:
    """Writes the files of a project.

    Args:
        project: The project.
        folder: Folder of the project; it must not exist, or be empty.

    Returns:
        The files, sorted.

    Raises:
        InputError: The folder holds something, or cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder} exists already; name another folder with -o")
        files = {folder / path: text for path, text in project.files().items()}
        for path, text in files.items():
            write_text(path, text)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
    return sorted(files)
