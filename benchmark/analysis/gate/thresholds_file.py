"""Threshold files: bounds of mean scores, as TOML to commit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.suggestion import suggest
from benchmark.text_files import read_toml

SCHEMA_VERSION = 1
_WILDCARDS = frozenset("*?[")


@dataclass(frozen=True)
class Threshold:
    """Bounds of the mean of some methods on some metrics.

    Attributes:
        method: Name or pattern of the methods; a pattern leaves controls out.
        metric: Name or pattern of the metrics and their components; a pattern leaves costs out.
        minimum: Smallest mean that is good enough, or ``None``.
        maximum: Largest mean that is good enough, or ``None``.
    """

    metric: str
    method: str = "*"
    minimum: float | None = None
    maximum: float | None = None

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        if self.minimum is None:
            return f"at most {self.maximum:g}"
        return f"at least {self.minimum:g}" if self.maximum is None else f"{self.minimum:g} to {self.maximum:g}"

    def allows(self, value: float) -> bool:
        """Returns whether a mean is within the bounds."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


def is_pattern(name: str) -> bool:
    """Returns whether a name has wildcards (``*``, ``?``, ``[…]``)."""
    return bool(_WILDCARDS & set(name))


def read_thresholds(path: Path) -> tuple[Threshold, ...]:
    """Reads a threshold file.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be read, or something in it is unknown, missing or not meaningful.
    """
    table = read_toml(path, "threshold file")
    try:
        return _thresholds(table)
    except ValueError as error:
        raise InputError(f"thresholds {path}: {error}") from error


def _thresholds(table: Mapping[str, Any]) -> tuple[Threshold, ...]:
    known = ("schema_version", "thresholds")
    for key in table:
        if key not in known:
            raise ValueError(f"unknown key {key!r}{suggest(key, known)}")
    version = table.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise ValueError(f"schema_version must be {SCHEMA_VERSION}, not {version!r}")
    entries = table.get("thresholds")
    if not isinstance(entries, list) or not entries:
        raise ValueError("there is no [[thresholds]] entry; without one nothing is checked")
    return tuple(_threshold(f"entry {number}", entry) for number, entry in enumerate(entries, start=1))


def _threshold(where: str, entry: Any) -> Threshold:
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be a table, not {entry!r}")
    known = [field.name for field in fields(Threshold)]
    for key, value in entry.items():
        if key not in known:
            raise ValueError(f"{where}: unknown key {key!r}{suggest(key, known)}")
        if key in ("method", "metric") and not (isinstance(value, str) and value):
            raise ValueError(f"{where}: {key} must be a name or pattern, not {value!r}")
        if key in ("minimum", "maximum") and not _is_number(value):
            raise ValueError(f"{where}: {key} must be a finite number, not {value!r}")
    if "metric" not in entry:
        raise ValueError(f"{where}: metric is missing")
    threshold = Threshold(**entry)
    if threshold.minimum is None and threshold.maximum is None:
        raise ValueError(f"{where}: minimum, maximum or both are needed")
    if threshold.minimum is not None and threshold.maximum is not None and threshold.minimum > threshold.maximum:
        raise ValueError(f"{where}: minimum {threshold.minimum:g} is above maximum {threshold.maximum:g}")
    return threshold


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
