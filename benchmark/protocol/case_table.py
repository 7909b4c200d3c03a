"""The table of cases that goes with exported pictures: which picture is to be made of which, and how it is called."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, TextIO

from benchmark.errors import InputError
from benchmark.escaping import encodable, printable
from benchmark.text_files import read_table

SEPARATOR: Final = ";"
"""Between the values of several styles in one cell."""


@dataclass(frozen=True)
class CaseRow:
    """A line of the table; paths are relative to its folder.

    Attributes:
        case: Name of the case.
        content: Path of the content.
        styles: Path of each style image, or an empty string for a style that is a prompt only.
        weights: Share of each style.
        masks: Path of the mask of each style, or an empty string where it applies everywhere.
        prompt: The prompts of all styles as one line; may be empty.
        seed: Number of the repetition, which a program should seed its random numbers with.
        file: Name of the picture that is expected back.
    """

    case: str
    content: str
    styles: tuple[str, ...]
    weights: tuple[float, ...]
    masks: tuple[str, ...]
    prompt: str
    seed: int
    file: str


COLUMNS: Final = tuple({"styles": "style"}.get(field.name, field.name) for field in fields(CaseRow))
"""Names of the columns, in their order."""


def write_case_table(rows: Iterable[CaseRow], stream: TextIO) -> None:
    """Writes a table as CSV with commas.

    Args:
        rows: The lines.
        stream: A text file that was opened with ``newline=""``.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        masks = SEPARATOR.join(row.masks) if any(row.masks) else ""
        weights = SEPARATOR.join(repr(weight).removesuffix(".0") for weight in row.weights)
        cells = (row.case, row.content, SEPARATOR.join(row.styles), weights, masks, row.prompt, row.seed, row.file)
        writer.writerow([encodable(str(cell)) for cell in cells])


def read_case_table(path: Path) -> list[CaseRow]:
    """Reads a table that ``write_case_table`` wrote, or that a spreadsheet saved, of up to 16 MB.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be read, or is no such table; the message names the line.
    """
    return [
        _row(row.cells, f"table {printable(path)} line {row.line}") for row in read_table(path, "table", needed=COLUMNS)
    ]


def _row(cells: Mapping[str, str], where: str) -> CaseRow:
    styles = tuple(cells.get("style", "").split(SEPARATOR))
    masks = tuple(cells["masks"].split(SEPARATOR)) if "masks" in cells else ("",) * len(styles)
    try:
        weights = tuple(map(float, cells["weights"].split(SEPARATOR)))
        row = CaseRow(
            case=cells["case"],
            content=cells["content"],
            styles=styles,
            weights=weights,
            masks=masks,
            prompt=cells.get("prompt", ""),
            seed=int(cells["seed"]),
            file=cells["file"],
        )
    except KeyError as error:
        raise InputError(f"{where}: {error.args[0]} is empty") from error
    except ValueError as error:
        raise InputError(f"{where}: weights and seed must be numbers: {error}") from error
    if not len(styles) == len(weights) == len(masks):
        raise InputError(f"{where}: there are {len(styles)} styles, {len(weights)} weights and {len(masks)} masks")
    return row
