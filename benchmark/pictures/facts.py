"""Facts about a method whose pictures exist, from a file that the user writes.

``NAME.toml`` beside the folder of the pictures::

    [method]
    title = "StyTR²"
    paper = "arXiv:2105.14576"
    year = 2022
    condition = "image"
    optimises = ["vgg"]

    [pictures]
    pattern = "{content}_stylized_{style}"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from annotated_types import Ge, Le

from benchmark.contracts import Condition, MethodInfo
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.models.role import Role
from benchmark.text_files import read_toml
from benchmark.validation import read_table

_WHAT: Final = "facts about pictures"
_NAME: Final = re.compile(r"[a-z0-9]\w*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class MethodTable:
    """The table ``[method]``; what it leaves out is not stated."""

    name: str = ""
    title: str = ""
    version: str = ""
    summary: str = ""
    paper: str = ""
    year: Annotated[int, Ge(1900), Le(2100)] | None = None
    url: str = ""
    licence: str = ""
    condition: Condition = Condition.EITHER
    optimises: tuple[Role, ...] = ()
    uses: tuple[Role, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FolderTable:
    """The table ``[pictures]``: what the command line says as ``NAME=FOLDER:PATTERN:PART`` and ``--fit``.

    A relative folder is one beside the file.
    """

    folder: str = ""
    pattern: str = ""
    part: str = ""
    fit: bool = False


@dataclass(frozen=True, kw_only=True)
class FactsFile:
    """A file of facts."""

    method: MethodTable = MethodTable()
    pictures: FolderTable = FolderTable()


def find_facts(folder: Path, name: str) -> Path | None:
    """Finds the facts about pictures: ``NAME.toml`` beside their folder.

    Args:
        folder: The folder.
        name: Name as the user wrote it; ``-`` may stand for ``_`` in the file's name.
    """
    spellings = dict.fromkeys((name, name.replace("-", "_"), name.replace("_", "-")))
    candidates = (folder.absolute().parent / f"{spelling}.toml" for spelling in spellings)
    return next((path for path in candidates if path.is_file()), None)


def read_facts(path: Path) -> FactsFile:
    """Reads a file of facts.

    Raises:
        InputError: It cannot be read, or a key is unknown or of the wrong type.
    """
    table: dict[str, Any] = read_toml(path, _WHAT)
    return read_table(FactsFile, table, f"{_WHAT} {printable(path)}")


def method_name(given: str) -> str:
    """Makes the name of a method, in snake_case, of what a user wrote.

    Raises:
        InputError: It cannot be one.
    """
    name = re.sub(r"[\s.-]+", "_", given.strip()).lower()
    if not _NAME.fullmatch(name):
        usable = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "theirs"
        raise InputError(
            f"pictures {given!r}: a name has letters of the English alphabet, digits and _; write {usable}=FOLDER"
        )
    return name


def make_info(name: str, given: str, table: MethodTable, digest: str, folder: str) -> MethodInfo:
    """Makes the static facts of a method whose pictures exist.

    Args:
        name: Its name in snake_case.
        given: The name as the user wrote it, which is the title where there is no other.
        table: What the user says of it.
        digest: Hash of all pictures, which is the version where no other is stated.
        folder: The folder as it was given.
    """
    return MethodInfo(
        name=name,
        title=table.title or given,
        version=table.version or digest[:12],
        summary=table.summary or f"Pictures that were made elsewhere, from {folder}.",
        condition=table.condition,
        paper=table.paper,
        year=table.year,
        url=table.url,
        licence=table.licence,
        max_styles=None,
        uses=tuple(dict.fromkeys((*table.uses, *table.optimises))),
        optimises=table.optimises,
        precisions=(),
    )
