"""The table of the pictures that a measure of style is chosen and reported on."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.file_hash import file_sha256

COLUMNS: Final = ("file", "use", "part", "artist", "title", "movement")


class Use(StrEnum):
    """What a picture is for."""

    PAINTING = "painting"
    """Found among others, and changed in ways that keep it."""
    STYLE = "style"
    """A painting that photographs are stylized in, besides."""
    CONTENT = "content"
    """A photograph that is stylized."""


class Part(StrEnum):
    """The half of the pictures that a picture belongs to."""

    CHOOSING = "choosing"
    REPORTING = "reporting"


@dataclass(frozen=True)
class Entry:
    """A picture.

    Attributes:
        file: Its file.
        use: What it is for.
        part: Its half.
        artist: Who painted it, empty for a photograph.
        title: Its title.
        movement: Its movement, empty for a photograph.
    """

    file: Path
    use: Use
    part: Part
    artist: str
    title: str
    movement: str

    @property
    def prompt(self) -> str:
        """The painting in words."""
        return f"{self.title} by {self.artist}"

    @cached_property
    def key(self) -> str:
        """A name for what is made of the picture: other bytes or another row have another one."""
        row = (self.use, self.part, self.artist, self.title, self.movement)
        return f"{self.file.stem}-{_digest(file_sha256(self.file), *row)}"


@dataclass(frozen=True)
class Half:
    """The pictures of one half.

    Attributes:
        part: Which half.
        paintings: All paintings, those of use "style" among them.
        styles: The paintings that photographs are stylized in.
        contents: The photographs.
    """

    part: Part
    paintings: tuple[Entry, ...]
    styles: tuple[Entry, ...]
    contents: tuple[Entry, ...]

    @cached_property
    def key(self) -> str:
        """A name for what is measured of the half: other pictures or rows, or another order, have another one."""
        return f"{self.part}-{_digest(*(entry.key for entry in (*self.paintings, *self.contents)))}"


def read_halves(table: Path, folder: Path) -> dict[Part, Half]:
    """Reads a CSV with the columns file, use, part, artist, title and movement.

    Args:
        table: The CSV.
        folder: Folder that its files are in.

    Raises:
        InputError: The table cannot be used, or a file of it is not there.
    """
    try:
        with table.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise InputError(f"{table} has no column {missing[0]}: it needs {', '.join(COLUMNS)}")
            entries = [_entry(row, folder, f"{table}, line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {table}: {error}") from None
    halves = {part: _half(part, [entry for entry in entries if entry.part is part]) for part in Part}
    for part, half in halves.items():
        if len({entry.title for entry in half.paintings}) < 3 or not half.styles or not half.contents:
            raise InputError(f"{table}: part {part} needs three paintings, one of use style, and one content")
    return halves


def _half(part: Part, entries: list[Entry]) -> Half:
    paintings = tuple(entry for entry in entries if entry.use is not Use.CONTENT)
    styles = tuple(entry for entry in entries if entry.use is Use.STYLE)
    return Half(part, paintings, styles, tuple(entry for entry in entries if entry.use is Use.CONTENT))


def _entry(row: dict[str, str], folder: Path, where: str) -> Entry:
    try:
        use, part = Use(row["use"]), Part(row["part"])
    except ValueError as error:
        known = f"use is {', '.join(Use)}; part is {', '.join(Part)}"
        raise InputError(f"{where}: {error}; {known}") from None
    file = folder / row["file"]
    if not file.is_file():
        raise InputError(f"{where}: there is no {file}")
    if use is not Use.CONTENT and not (row["artist"] and row["movement"]):
        raise InputError(f"{where}: a painting needs its artist and its movement")
    return Entry(file, use, part, row["artist"] or "", row["title"] or file.stem, row["movement"] or "")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
