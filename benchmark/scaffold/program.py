"""A new file of a program, with every key explained."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.scaffold.rendering import render
from benchmark.store.atomic import write_text

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME: Final = 60


def write_program_file(name: str, path: Path) -> None:
    """Writes the file of a program, to be filled in.

    Args:
        name: Name of the method in snake_case.
        path: The file; it must not exist.

    Raises:
        InputError: The name cannot be used, or the file exists or cannot be written.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise InputError(
            f"{name!r} cannot be the name of a program: use up to {_LONGEST_NAME} lower-case letters, digits and"
            " single underscores, beginning with a letter, such as style_id"
        )
    try:
        if path.exists():
            raise InputError(f"{path} exists already; name another file with -o")
        title = name.replace("_", " ").capitalize()
        write_text(path, render("program.toml.j2", name=name, title=title, file=path.name))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
