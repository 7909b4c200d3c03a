"""Targets of results, tried before anything is computed, so that no result is lost because it cannot be written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from benchmark.errors import InputError


@dataclass
class Results:
    """Facts about the results of the running command; the object of click's context.

    Attributes:
        on_disk: Whether they are written to files; otherwise the printed text is the only result.
    """

    on_disk: bool = False


def try_output_file(
    path: Path, suffixes: Collection[str] = (), inputs: Iterable[Path] = (), *, needs_folder: bool = False
) -> None:
    """Finds out whether a file can be written, and leaves nothing behind.

    Args:
        path: The file.
        suffixes: Allowed suffixes of its name, in lower case; any suffix is allowed if there is none.
        inputs: The files that are read, none of which may be overwritten.
        needs_folder: Whether its folder must exist; else it is made when the file is written.

    Raises:
        InputError: It cannot be; the message says why.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        raise InputError(f"cannot write {path}: name a file ending in {', '.join(suffixes)}")
    with _refused(path):
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder; name a file")
        if path.exists() and not path.is_file():
            raise InputError(f"cannot write {path}: it is no ordinary file, and would be replaced by one")
        if any(_is_same(path, source) for source in inputs):
            raise InputError(f"cannot write {path}: it is one of the files that are read; name another")
        if needs_folder and not path.parent.is_dir():
            raise InputError(f"cannot write {path}: there is no folder {path.parent}")
        _try_in(path.parent, path)


def try_output_folder(path: Path, inputs: Iterable[Path] = (), *, variable: str = "") -> None:
    """Finds out whether files can be written into a folder, which may not exist yet, and leaves nothing behind.

    Args:
        path: The folder.
        inputs: The folders that are read, none of which it may be.
        variable: Environment variable that names another folder, where no option does.

    Raises:
        InputError: They cannot be; the message says why.
    """
    with _refused(path, f"; {variable} names another folder" if variable else ""):
        if any(_is_same(path, source) for source in inputs):
            raise InputError(f"cannot write to {path}: it is read; name another folder")
        _try_in(path, path)


@contextlib.contextmanager
def _refused(path: Path, advice: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}{advice}") from error


def _is_same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _try_in(folder: Path, target: Path) -> None:
    """Tries to make a file in a folder, or in the nearest existing one above it."""
    place = folder.absolute()
    while not (place.is_symlink() or place.exists()):
        place = place.parent
    if not place.is_dir():
        raise InputError(f"cannot write {target}: {place} is no folder")
    descriptor, name = tempfile.mkstemp(dir=place, prefix=".benchmark-", suffix=".tmp")
    os.close(descriptor)
    Path(name).unlink()
    context = click.get_current_context(silent=True)
    if context is not None and (results := context.find_object(Results)) is not None:
        results.on_disk = True
