"""Styles in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.tables.formatting import field_of, number_of


def describe_style(style: Mapping[str, Any]) -> str:
    """Returns title, artist and year of a style; its share where it is one of several, and whether it is masked."""
    name = field_of(style, "title", "id") or "unnamed style"
    artist, year = field_of(style, "artist"), field_of(style, "year")
    details = ", ".join(part for part in (artist, year) if part)
    weight = number_of(style.get("weight"))
    share = f"{weight * 100:.0f}\N{NO-BREAK SPACE}% " if weight is not None and weight < 1 else ""
    region = ", masked" if field_of(style, "mask") else ""
    return f"{share}{name}{f' ({details})' if details else ''}{region}"
