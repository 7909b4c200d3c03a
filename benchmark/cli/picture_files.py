"""Pictures named on the command line, one by one or by their folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from benchmark.errors import InputError
from benchmark.escaping import one_line
from benchmark.wording import format_count


def picture_files(paths: Sequence[Path]) -> list[Path]:
    """Returns the picture files of paths: files as given, and those in folders, sorted by name; each once.

    Files in a folder without the suffix of a picture are passed over with a message, subfolders and hidden files
    without one. A file that is given itself is taken whatever its name is.

    Args:
        paths: Files and folders.

    Raises:
        InputError: A folder cannot be read or holds no pictures.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _in_folder(path) if _is_folder(path) else [path]:
            found.setdefault(Path(os.path.realpath(file)), file)
    return list(found.values())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name that no file can have, for instance: who opens it says so.
        return False


def _in_folder(folder: Path) -> list[Path]:
    try:
        files = sorted(entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith("."))
    except OSError as error:
        raise InputError(f"cannot read folder {folder}: {error.strerror}") from error
    suffixes = _readable_suffixes()
    pictures = [file for file in files if file.suffix.lower() in suffixes]
    if not pictures:
        raise InputError(f"folder {folder} holds no pictures")
    if others := [file.name for file in files if file.suffix.lower() not in suffixes]:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        count = format_count(len(others), "file")
        message = f"passed over {count} of {folder}, by name no pictures: {', '.join(others[:3])}{more}"
        click.echo(one_line(message), err=True)
    return pictures


def _readable_suffixes() -> frozenset[str]:
    from PIL import Image

    # The first call loads the formats.
    return frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in Image.OPEN)
