"""The settings that a protocol fixes for methods, of which one method can take over another's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from benchmark.suggestion import suggest

LIKE: Final = "like"
"""Key that names the method whose settings are taken over; no setting can have this name in a protocol."""


def complete_settings(methods: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Completes the settings of methods that are like another's.

    Args:
        methods: The tables of settings by method, as they stand in a file. With ``like = "OTHER"`` a method has the
            settings of the table of ``OTHER``, and its own in place of those of the same name.

    Returns:
        The settings by method, without ``like``.

    Raises:
        ValueError: A table is like one that is not there, or that is itself like another.
    """
    return {method: {**_taken_over(method, methods), **_own(table)} for method, table in methods.items()}


def _own(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != LIKE}


def _taken_over(method: str, methods: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if LIKE not in methods[method]:
        return {}
    other = methods[method][LIKE]
    if not isinstance(other, str) or other not in methods:
        near = suggest(other, methods.keys() - {method}) if isinstance(other, str) else ""
        raise ValueError(
            f"methods.{method}.{LIKE} must name another method that has settings here, not {other!r}{near}"
        )
    if LIKE in methods[other]:
        raise ValueError(f"methods.{method}.{LIKE}: {other} is itself like another method; name that one")
    return methods[other]
