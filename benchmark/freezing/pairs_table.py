"""Reads a table of pairs: which of a user's photographs is stylized in which style."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, TypeVar

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.freezing.names import hashed_name, name_of
from benchmark.prompts import is_blank
from benchmark.suggestion import suggest
from benchmark.text_files import find_file, read_table

COLUMNS: Final = ("content", "style", "prompt")
STYLIZED_COLUMN: Final = "stylized"
KeyT = TypeVar("KeyT")


@dataclass(frozen=True)
class TableStyle:
    """A style of a table: a picture, a prompt, or both. One picture with two prompts makes two styles."""

    image: Path | None
    prompt: str | None


@dataclass(frozen=True)
class PairsTable:
    """The contents and styles that a table names, and their pairs.

    Attributes:
        contents: The photographs by their names in the protocol, in the order of the table.
        styles: The styles by their names.
        pairs: Names of the content and of the style of each pair.
        stylized: The stylized picture of each pair, where the table names one.
    """

    contents: Mapping[str, Path]
    styles: Mapping[str, TableStyle]
    pairs: tuple[tuple[str, str], ...]
    stylized: tuple[Path, ...] = ()


def read_pairs(
    path: Path,
    contents: Path | None,
    styles: Path | None,
    stylized: Path | None = None,
    *,
    names_stylized: bool = False,
) -> PairsTable:
    """Reads a table with the columns ``content``, ``style`` and ``prompt``, of which one of the last two may be empty.

    A picture is given by its path relative to the folder of the table, or by its name in a folder.

    Args:
        path: The table.
        contents: Folder of photographs, or ``None``.
        styles: Folder of style images, or ``None``.
        stylized: Folder of stylized pictures, or ``None``.
        names_stylized: Whether a column ``stylized`` names the picture of each pair; a pair then needs no style.

    Raises:
        InputError: The table cannot be read, names no pair, names one twice, or names a picture that is not there.
    """
    reader = _Reader(path)
    needed = (STYLIZED_COLUMN, *COLUMNS[:1]) if names_stylized else COLUMNS[:1]
    for row in read_table(path, "table", needed=needed, others=COLUMNS[1:]):
        where = f"table {printable(path)} line {row.line}"
        content, style, prompt = (row.cells.get(column, "") for column in COLUMNS)
        if not content:
            raise InputError(f"{where}: no content is named")
        if names_stylized:
            written = row.cells.get(STYLIZED_COLUMN, "")
            if not written:
                raise InputError(f"{where}: no stylized picture is named")
            reader.stylized.append(reader.picture(where, "stylized picture", written, stylized))
        elif not style and is_blank(prompt):
            raise InputError(f"{where}: there is neither a style image nor a prompt")
        reader.add(
            where,
            reader.picture(where, "content", content, contents),
            reader.picture(where, "style", style, styles) if style else None,
            None if is_blank(prompt) else prompt,
            row.line,
        )
    if not reader.lines:
        raise InputError(f"table {printable(path)} names no pair")
    return reader.table()


class _Reader:
    """Collects the pairs of a table; one picture is one file, however its path is written."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.lines: dict[tuple[Path, TableStyle], int] = {}
        self.stylized: list[Path] = []
        self._files: dict[str, Path] = {}
        self._written: dict[Path, str] = {}

    def picture(self, where: str, kind: str, written: str, folder: Path | None) -> Path:
        places = [self.folder] if folder is None else [self.folder, folder]
        files = [file for place in places if _is_file(file := find_file(place, written))]
        found = {os.path.realpath(file): file for file in files}
        if len(found) > 1:
            both = " and ".join(printable(file) for file in found.values())
            raise InputError(f"{where}: {kind} {written!r} is both {both}; write a path that is only one of them")
        if not found:
            raise InputError(f"{where}: no {kind} {written!r} {_places_words(places)}{_nearest(written, places)}")
        ((real, file),) = found.items()
        file = self._files.setdefault(real, file)
        self._written.setdefault(file, PurePath(os.path.normpath(written)).as_posix())
        return file

    def add(self, where: str, content: Path, image: Path | None, prompt: str | None, line: int) -> None:
        pair = content, TableStyle(image, prompt)
        if pair in self.lines:
            raise InputError(f"{where}: this pair is in line {self.lines[pair]} already")
        self.lines[pair] = line

    def table(self) -> PairsTable:
        contents = dict.fromkeys(content for content, _ in self.lines)
        styles = dict.fromkeys(style for _, style in self.lines)
        content_names = _unique({content: (_stem(content), self._written[content]) for content in contents})
        style_names = _unique({style: self._words(style) for style in styles})
        return PairsTable(
            {content_names[content]: content for content in contents},
            {style_names[style]: style for style in styles},
            tuple((content_names[content], style_names[style]) for content, style in self.lines),
            tuple(self.stylized),
        )

    def _words(self, style: TableStyle) -> tuple[str, str]:
        """Returns a name for a style that others may have, and words that only it has."""
        prompt = style.prompt or ""
        if style.image is None:
            return name_of(prompt, "style"), prompt
        return _stem(style.image), f"{self._written[style.image]}\n{prompt}"


def _stem(file: Path) -> str:
    return name_of(file.stem, "image")


def _unique(words: Mapping[KeyT, tuple[str, str]]) -> dict[KeyT, str]:
    """Returns names of which those that several things would share end with a hash."""
    times = Counter(name for name, _ in words.values())
    return {key: hashed_name(name, own) if times[name] > 1 else name for key, (name, own) in words.items()}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A name that no file can have.
        return False


def _places_words(places: list[Path]) -> str:
    return "beside the table" + "".join(f" or in {printable(folder)}" for folder in places[1:])


def _nearest(written: str, places: list[Path]) -> str:
    parent = PurePath(written).parent
    try:
        names = [
            (parent / entry.name).as_posix() for place in places for entry in (place / parent).iterdir()
            if entry.is_file()
        ]  # fmt: skip
    except OSError:
        return ""
    return suggest(written, names)
