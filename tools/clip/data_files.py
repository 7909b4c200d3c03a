"""The words and lists in ``data/``, which the lessons are made of."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data"


def read_table(name: str) -> dict[str, Any]:
    """Read a TOML file; tables and lists keep their order."""
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def read_words(name: str) -> list[str]:
    """Read a text file with a word, or several that belong together, a line."""
    return (_FOLDER / name).read_text(encoding="utf-8").splitlines()
