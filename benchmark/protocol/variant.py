"""Variants: a method with other settings, which is a row of its own beside the method."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MARK: Final = "@"
"""What stands between a method and its changes in the name of a row; no method has it in its name."""
LONGEST_NAME: Final = 80
"""In letters: what is longer is cut, and ends with a hash of the whole."""
_DIGITS: Final = 8
_UNUSABLE: Final = re.compile(r"[^\w.+-]", re.ASCII)
"""What the name of a file, or of a row in a list with commas, should not hold."""


@dataclass(frozen=True)
class Variant:
    """A method with other settings.

    Attributes:
        method: Name of the method, or path of the file of a program.
        changes: The settings that are other than the method's, by name.
    """

    method: str
    changes: Mapping[str, Any]


def variant_name(method: str, changes: Mapping[str, Any]) -> str:
    """Names the row of a variant, for instance ``clipstyler@attention=bottleneck,steps=80``.

    The name depends on the changes alone, not on their order, and can be the name of a file. A value with letters that
    a file name should not have has ``-`` in their place; a name that is too long is cut. Both end with a hash of the
    whole, and so does what reads like another value, as the list of ``a+b`` alone does like that of ``a`` and ``b``.

    Args:
        method: Name of the method.
        changes: Its other settings, as the method has them.
    """
    pairs = [(setting, format_value(changes[setting])) for setting in sorted(changes)]
    whole = f"{method}{MARK}{','.join(f'{setting}={value}' for setting, value in pairs)}"
    usable = ",".join(f"{setting}={_UNUSABLE.sub('-', value)}" for setting, value in pairs)
    name = f"{method}{MARK}{usable}"
    if name == whole and len(name) <= LONGEST_NAME and not any(map(_reads_like_another, changes.values())):
        return name
    exact = json.dumps([method, changes], sort_keys=True, default=str)
    digits = hashlib.sha256(exact.encode()).hexdigest()[:_DIGITS]
    return f"{name[: max(LONGEST_NAME - _DIGITS - 1, len(method) + len(MARK))].rstrip('-')}-{digits}"


def _reads_like_another(value: Any) -> bool:
    """Returns whether ``format_value`` writes another value of the same setting alike."""
    if isinstance(value, tuple | list):
        return any(
            isinstance(item, tuple | list) or item == "" or (isinstance(item, str) and "+" in item) for item in value
        ) or any(map(_reads_like_another, value))
    return isinstance(value, str) and value == format_value(None)


def describe_changes(changes: Mapping[str, Any]) -> str:
    """Says what a variant changes, for instance ``attention=bottleneck, steps=80``.

    Args:
        changes: Its settings by name.
    """
    return ", ".join(f"{name}={format_value(changes[name])}" for name in sorted(changes))


def base_of(row: str) -> str:
    """Returns the name of the method that a row is of: its own, or that which it is a variant of.

    Args:
        row: Name of the row.
    """
    return row.partition(MARK)[0]


def format_value(value: Any) -> str:
    """Writes the value of a setting as a command line does, lists with ``+``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return "+".join(map(format_value, value))
    return str(value)
