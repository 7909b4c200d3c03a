"""A table that says which file is the picture of which case, and how long it took."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.pictures.case_names import CaseNames
from benchmark.pictures.listing import Listing, suffix_of, without_suffix
from benchmark.pictures.pattern import PICTURE_SUFFIXES, Field, fold
from benchmark.pictures.stems import exact
from benchmark.protocol import case_table
from benchmark.suggestion import suggest
from benchmark.text_files import read_table

_COLUMNS: Final = ("file", "case", "content", "style", "prompt", "seed", "seconds", "weights", "masks")
_INPUTS: Final = ("content", "style", "masks")
_WHAT: Final = "table of pictures"
_MOST_SUGGESTED: Final = 2000


@dataclass(frozen=True)
class PicturesTable:
    """What a table of pictures says.

    Attributes:
        path: The table.
        names_files: Whether it has a column of files.
        claims: The files of each case, by the position of the case.
        absent: Reason for each case whose file is not there.
        seconds: How long each case took, by its name, in seconds, as the author says.
        inputs: Contents, styles and masks, as the table of an export names them.
    """

    path: Path
    names_files: bool
    claims: dict[int, list[str]] = field(default_factory=dict)
    absent: dict[int, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)


def find_table(folder: Path, name: str) -> Path | None:
    """Finds the table of a folder: ``NAME.csv`` beside it or in it, or the ``cases.csv`` of an exported protocol in it.

    Args:
        folder: The folder.
        name: Name of the method; ``-`` may stand for ``_`` in the file's name.

    Raises:
        InputError: There are two.
    """
    spellings = dict.fromkeys((name, name.replace("_", "-"), name.replace("-", "_"))) if name else {}
    candidates = [place / f"{spelling}.csv" for place in (folder.parent, folder) for spelling in spellings]
    found = [path for path in candidates if path.is_file()]
    if len(found) > 1:
        raise InputError(f"two tables of the pictures: {printable(found[0])} and {printable(found[1])}; keep one")
    exported = folder / case_table.FILE_NAME
    return found[0] if found else exported if exported.is_file() else None


def read_pictures_table(path: Path, names: CaseNames, listing: Listing) -> PicturesTable:
    """Reads a table of pictures: a row for each, with its ``file`` and its ``case``, or ``content``, ``style``, ….

    Rows of cases that the protocol does not have are passed over, if there are others.

    Args:
        path: The table.
        names: The names of the cases.
        listing: The files of the folder.

    Raises:
        InputError: It cannot be read or used; the message names the line.
    """
    where = f"{_WHAT} {printable(path)}"
    rows = read_table(path, _WHAT, needed=(), others=_COLUMNS)
    if not rows:
        raise InputError(f"{where} has no rows")
    columns = {column for row in rows for column in row.cells}
    if "case" not in columns and not columns & {"content", "style", "prompt"}:
        raise InputError(f"{where} must have a column case, or the columns content and style")
    table = PicturesTable(path, names_files="file" in columns)
    files = _Files(listing.pictures)
    unknown = ""
    is_known = False
    for row in rows:
        line = f"{where} line {row.line}"
        table.inputs.update(
            part for column in _INPUTS for part in row.cells.get(column, "").split(case_table.SEPARATOR) if part
        )
        position = _position(row.cells, names, line)
        if position is None:
            unknown = unknown or f"{line}: {_described(row.cells)} is no case of the protocol"
            unknown += _nearest(row.cells, names) if "case" in row.cells and not is_known else ""
            continue
        is_known = True
        if "seconds" in row.cells:
            table.seconds[names.ids[position]] = _number(row.cells["seconds"], line)
        if "file" not in row.cells:
            continue
        file = row.cells["file"].replace("\\", "/").removeprefix("./")
        if found := files.find(file):
            table.claims.setdefault(position, []).extend(found)
        else:
            table.absent[position] = f"no picture: {printable(file)}, in line {row.line} of {path.name}, is not there"
    if not is_known:
        raise InputError(unknown)
    if table.names_files and not table.claims and path.name != case_table.FILE_NAME:
        raise InputError(f"{where}: none of its files is in folder {printable(path.parent)}")
    return table


class _Files:
    """Finds pictures of a folder by what a table calls them.

    Args:
        pictures: Their paths in the folder.
    """

    def __init__(self, pictures: Sequence[str]) -> None:
        self._by_name = _grouped(pictures, lambda name: name)
        self._by_stem = _grouped(pictures, without_suffix)

    def find(self, file: str) -> Sequence[str]:
        """Returns the pictures that a name may mean: by the whole name, else without suffix, or but for its suffix.

        Args:
            file: A path in the folder. What follows its last dot is a suffix only if it is one of pictures.
        """
        has_suffix = suffix_of(file).lower() in PICTURE_SUFFIXES
        return (
            _alike(self._by_name, file)
            or _alike(self._by_stem, file)
            or (_alike(self._by_stem, without_suffix(file)) if has_suffix else ())
        )


def _grouped(pictures: Sequence[str], key: Callable[[str], str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Groups pictures by the folded key, each with its key in which letter case counts."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for picture in pictures:
        groups.setdefault(fold(key(picture)), []).append((exact(key(picture)), picture))
    return groups


def _alike(groups: Mapping[str, Sequence[tuple[str, str]]], text: str) -> Sequence[str]:
    """Returns the pictures of a text, letter by letter where there are such."""
    found = groups.get(fold(text), ())
    return [picture for key, picture in found if key == exact(text)] or [picture for _, picture in found]


def _position(cells: Mapping[str, str], names: CaseNames, line: str) -> int | None:
    if "case" in cells:
        found = names.by_id.get(cells["case"])
        candidates = (
            [found] if found is not None else [names.by_id[name] for name, _ in names.find(Field.CASE, cells["case"])]
        )
    else:
        key: dict[Field, object] = {}
        for column in (Field.CONTENT, Field.STYLE, Field.PROMPT):
            if column not in cells or (column is Field.PROMPT and Field.STYLE in key):
                continue
            known = names.find(column, cells[column])
            if not known:
                return None
            if len(known) > 1:
                raise InputError(f"{line}: {cells[column]!r} may be {known[0][0]} or {known[1][0]}; add a column case")
            key[Field.STYLE if column is Field.PROMPT else column] = known[0][0]
        if "seed" in cells:
            key[Field.SEED] = int(_number(cells["seed"], line))
        candidates = names.with_key(key)
        if not candidates and len(names.seeds) == 1:
            candidates = names.with_key({one: value for one, value in key.items() if one is not Field.SEED})
    if len(candidates) > 1:
        raise InputError(
            f"{line} may be {names.ids[candidates[0]]} or {names.ids[candidates[1]]}; add what tells them apart"
        )
    return candidates[0] if candidates else None


def _number(text: str, line: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not (math.isfinite(number) and number >= 0):
        raise InputError(f"{line}: {text!r} is no number, at least 0")
    return number


def _described(cells: Mapping[str, str]) -> str:
    if "case" in cells:
        return printable(cells["case"])
    return " × ".join(printable(cells[name]) for name in ("content", "style", "prompt", "seed") if name in cells)


def _nearest(cells: Mapping[str, str], names: CaseNames) -> str:
    # Looking for the nearest of very many names takes too long.
    hint = suggest(cells["case"], names.ids) if len(names) <= _MOST_SUGGESTED else ""
    return hint if hint.endswith("?") else ""
