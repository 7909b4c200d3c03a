"""Says in words which values a type annotation allows.

Settings of methods, and the tables of protocol and threshold files, are dataclasses whose fields declare their ranges
with ``annotated_types``: ``steps: Annotated[int, Ge(1)]``. Pydantic checks them; here they become words that follow
"must be", for errors and for ``benchmark show``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

_TYPES: Final[Mapping[Any, tuple[str, str]]] = {
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", "values of true or false"),
    str: ("a string", "strings"),
    Path: ("a path", "paths"),
}
_BOUNDS: Final = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
_LENGTHS: Final = {"min_length": "at least", "max_length": "at most"}


@dataclasses.dataclass(frozen=True)
class InWords:
    """Metadata of an annotation: its allowed values in words, where its type and bounds do not say all.

    For instance ``Annotated[int, Predicate(is_even), InWords("an even number")]``.

    Attributes:
        words: What follows "must be".
    """

    words: str


def describe_allowed(kind: Any, *, sequence: str = "a list") -> str:
    """Says which values an annotation allows, for instance ``a whole number, at least 1``.

    Args:
        kind: The annotation.
        sequence: What a list is called.
    """
    bare, metadata = strip_annotation(kind)
    if words := _in_words(metadata):
        return words
    return ", ".join(filter(None, (_describe_type(bare, sequence), describe_range(kind))))


def describe_range(kind: Any) -> str:
    """Says which values of its type an annotation allows, for instance ``at least 1``; empty if all of them.

    Args:
        kind: The annotation.
    """
    bare, metadata = strip_annotation(kind)
    if words := _in_words(metadata):
        return words
    bounds = {name: getattr(rule, name) for rule in metadata for name in _BOUNDS if hasattr(rule, name)}
    lengths = [
        f"{words} {getattr(rule, name)} of them"
        for rule in metadata
        for name, words in _LENGTHS.items()
        # No minimum is a minimum of 0, no maximum is None.
        if getattr(rule, name, None)
    ]
    if bounds.keys() == {"ge", "le"}:
        low, high = bounds["ge"], bounds["le"]
        words = f"between {low} and {high}" if low != high else str(low)
    else:
        words = " and ".join(f"{_BOUNDS[name]} {bound}" for name, bound in bounds.items())
    items = {describe_range(item) for item in get_args(bare) if item is not Ellipsis} if _is_sequence(bare) else set()
    of_items = f"{items.pop()} each" if len(items) == 1 and all(items) else ""
    return ", ".join(filter(None, (*lengths, words, of_items)))


def strip_annotation(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Takes an annotation apart.

    Args:
        kind: The annotation, such as ``Annotated[int, Ge(1)] | None``.

    Returns:
        Its type without metadata and without ``None``; its metadata, groups of which are taken apart.
    """
    if get_origin(kind) is Annotated:
        inner, *metadata = get_args(kind)
        bare, others = strip_annotation(inner)
        return bare, (*others, *_flat(metadata))
    if get_origin(kind) in (Union, UnionType):
        members = [member for member in get_args(kind) if member is not NoneType]
        if len(members) == 1:
            return strip_annotation(members[0])
    return kind, ()


def _flat(metadata: Sequence[Any]) -> Iterator[Any]:
    # Most commands describe no type, and start without it.
    from annotated_types import GroupedMetadata

    for rule in metadata:
        if isinstance(rule, GroupedMetadata):
            yield from rule
        else:
            yield rule
            # pydantic.Field(ge=1) holds the rules that it stands for.
            yield from getattr(rule, "metadata", ())


def _in_words(metadata: Sequence[Any]) -> str:
    return next((rule.words for rule in metadata if isinstance(rule, InWords)), "")


def _is_sequence(bare: Any) -> bool:
    origin = get_origin(bare) or bare
    return isinstance(origin, type) and issubclass(origin, Sequence) and not issubclass(origin, str)


def _describe_type(bare: Any, sequence: str) -> str:
    if bare in _TYPES:
        return _TYPES[bare][0]
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(map(str, get_args(bare)))
    if _is_sequence(bare):
        return sequence + _describe_items(bare)
    if get_origin(bare) in (Union, UnionType):
        return " or ".join(describe_allowed(member, sequence=sequence) for member in get_args(bare))
    origin = get_origin(bare) or bare
    if isinstance(origin, type) and issubclass(origin, Enum):
        return "one of " + ", ".join(str(member) for member in origin)
    if dataclasses.is_dataclass(origin) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return "a table"
    return bare.__name__ if isinstance(bare, type) else str(bare)


def _describe_items(bare: Any) -> str:
    items = [item for item in get_args(bare) if item is not Ellipsis]
    is_of_fixed_length = get_origin(bare) is tuple and Ellipsis not in get_args(bare)
    count = f"{len(items)} " if is_of_fixed_length else ""
    kinds = {strip_annotation(item)[0] for item in items}
    noun = _TYPES[kinds.pop()][1] if len(kinds) == 1 and kinds <= _TYPES.keys() else "values" if count else ""
    return f" of {count}{noun}" if noun else ""
