"""Labels of a data set as clean text."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from benchmark.errors import InputError

_UNKNOWN = re.compile(
    r"(unknown|unidentified|anonymous)( (artist|author|painter|genre|style|movement|title|year))?|none|null|nan|n/a|",
    re.IGNORECASE,
)


def require_labels(feature: Any, column: str) -> None:
    """Checks that a column can hold labels.

    Args:
        feature: The ``datasets`` feature of the column.
        column: Its name, for errors.

    Raises:
        InputError: It holds something else, such as images.
    """
    from datasets import ClassLabel, Value

    if isinstance(feature, Value) and "binary" in feature.dtype:
        raise InputError(f"column {column} holds no labels but values of type {feature.dtype}")
    if not isinstance(feature, ClassLabel | Value):
        raise InputError(f"column {column} holds no labels but values of type {type(feature).__name__}")


def label_text(value: Any, feature: Any) -> str:
    """Returns the text of one cell.

    Args:
        value: Value of the cell: a class number, text, a number, a date or nothing.
        feature: The ``datasets`` feature of its column; a ``ClassLabel`` knows the names of its numbers.

    Returns:
        The text in one line, or an empty string where the label is missing or means "unknown".
    """
    from datasets import ClassLabel

    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(feature, ClassLabel) and isinstance(value, int):
        if not 0 <= value < feature.num_classes:
            return ""
        value = feature.int2str(value)
    text = _one_line(str(value))
    return "" if _UNKNOWN.fullmatch(text.replace("_", " ")) else text


def _one_line(text: str) -> str:
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character for character in text
    )
    return " ".join(visible.split())


def slug(text: str) -> str:
    """Makes a name of a–z, 0–9 and ``_`` that resembles a text; it is empty if nothing of the text is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", plain))[:60]
