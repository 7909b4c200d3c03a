"""The picture files of a folder, and its other files."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.pictures.case_names import MOST_SHOWN
from benchmark.pictures.pattern import PICTURE_SUFFIXES

_DEEPEST: Final = 5
"""Levels of folders that are looked into where no pattern says how deep the pictures lie."""
_DIGITS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Listing:
    """The files of a folder, as paths in it with ``/``, sorted by name.

    Attributes:
        pictures: Files with the suffix of a picture.
        others: Other files.
    """

    pictures: tuple[str, ...]
    others: tuple[str, ...]


def list_folder(folder: Path, depth: int = _DEEPEST) -> Listing:
    """Lists the files of a folder and of the folders in it, but for hidden ones.

    Args:
        folder: The folder.
        depth: Levels that are looked into, from 1.

    Raises:
        InputError: It cannot be read.
    """
    pictures: list[str] = []
    others: list[str] = []
    left = [("", 1)]
    try:
        seen = {_place(folder.stat())}
    except OSError as error:
        raise InputError(f"cannot read folder {printable(folder)}: {error.strerror}") from error
    while left:
        prefix, level = left.pop()
        try:
            with os.scandir(folder / prefix) as entries:
                for entry in entries:
                    name = prefix + entry.name
                    if entry.name.startswith("."):
                        continue
                    # A link to a folder counts as the folder; one that leads nowhere as the file that it should be.
                    if _is_folder(entry):
                        place = _place(entry.stat())
                        if level < depth and (place not in seen or not all(place)):
                            seen.add(place)
                            left.append((f"{name}/", level + 1))
                    elif suffix_of(name).lower() in PICTURE_SUFFIXES:
                        pictures.append(name)
                    else:
                        others.append(name)
        except OSError as error:
            raise InputError(f"cannot read folder {printable(folder / prefix)}: {error.strerror}") from error
    return Listing(tuple(sorted(pictures)), tuple(sorted(others)))


def suffix_of(name: str) -> str:
    """Returns the suffix of a file name, from its last dot; empty where it has none."""
    dot = name.rfind(".")
    return name[dot:] if dot > name.rfind("/") + 1 else ""


def without_suffix(name: str) -> str:
    """Returns a path without the suffix of its last component."""
    suffix = suffix_of(name)
    return name[: len(name) - len(suffix)]


def natural_key(name: str) -> tuple[tuple[str, int], ...]:
    """Returns a key that sorts numbers within names as numbers: ``img2`` before ``img10``."""
    pieces = _DIGITS.split(PurePosixPath(name).as_posix())
    return tuple((text, int(digits or -1)) for text, digits in zip(pieces[::2], [*pieces[1::2], ""], strict=True))


def show_names(names: Sequence[str]) -> str:
    """Writes the first of several names for a message, and how many more there are."""
    more = f" and {len(names) - MOST_SHOWN:,} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(map(printable, names[:MOST_SHOWN])) + more


def _place(status: os.stat_result) -> tuple[int, int]:
    """Identifies a folder, whatever links lead to it."""
    return status.st_dev, status.st_ino


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself, for instance: who opens it says so.
        return False
