"""Threshold files: bounds of mean scores, as TOML to commit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from annotated_types import Ge, Le, MinLen

from benchmark.allowed_values import InWords
from benchmark.text_files import read_toml
from benchmark.validation import read_table

SCHEMA_VERSION: Final = 1
_WILDCARDS = frozenset("*?[")

Pattern: TypeAlias = Annotated[str, MinLen(1), InWords("a name or pattern")]
Bound: TypeAlias = Annotated[float, InWords("a finite number")]


@dataclass(frozen=True)
class Threshold:
    """Bounds of the mean of some methods on some metrics.

    Attributes:
        method: Name or pattern of the methods; a pattern leaves controls out.
        metric: Name or pattern of the metrics and their components; a pattern leaves costs out.
        minimum: Smallest mean that is good enough, or ``None``.
        maximum: Largest mean that is good enough, or ``None``.
    """

    metric: Pattern
    method: Pattern = "*"
    minimum: Bound | None = None
    maximum: Bound | None = None

    def __post_init__(self) -> None:
        if self.minimum is None and self.maximum is None:
            raise ValueError("minimum, maximum or both are needed")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum:g} is above maximum {self.maximum:g}")

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        if self.minimum is None:
            return f"at most {self.maximum:g}"
        return f"at least {self.minimum:g}" if self.maximum is None else f"{self.minimum:g} to {self.maximum:g}"

    def allows(self, value: float) -> bool:
        """Returns whether a mean is within the bounds."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True)
class _ThresholdTable:
    schema_version: Annotated[int, Ge(SCHEMA_VERSION), Le(SCHEMA_VERSION), InWords(str(SCHEMA_VERSION))]
    thresholds: Annotated[
        tuple[Threshold, ...],
        MinLen(1),
        InWords("a list of at least one [[thresholds]] entry, without which nothing is checked"),
    ]


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
    return read_table(_ThresholdTable, read_toml(path, "threshold file"), f"thresholds {path}").thresholds
