"""The table of cases that goes with exported pictures: which picture is to be made of which, and how it is called."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, TextIO

from benchmark.escaping import encodable

FILE_NAME: Final = "cases.csv"
"""Name of the table in the folder of an export."""
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
