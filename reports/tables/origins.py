"""What is to be said of methods that no plugin brings, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchmark.method_source import MethodOrigin, Timing
from benchmark.store.cost_columns import STATED
from benchmark.wording import format_count
from reports.tables.formatting import field_of

if TYPE_CHECKING:
    from benchmark.store.records import MethodRecord


def describe_origin(method: MethodRecord) -> str:
    """Says where the pictures of a method come from, without a full stop; empty for a plugin.

    Args:
        method: The method.
    """
    if method.origin != MethodOrigin.PICTURES:
        return ""
    count = method.source.get("pictures")
    number = f", {format_count(count, 'picture')}" if isinstance(count, int) else ""
    part = field_of(method.source, "part")
    panels = f", of each file {part}" if part else ""
    time = f"durations {STATED} them" if method.timing == Timing.STATED else "not timed"
    return f"pictures made elsewhere, from {field_of(method.source, 'folder') or 'a folder'}{number}{panels}; {time}"


def describe_origins(methods: Iterable[MethodRecord]) -> tuple[str, ...]:
    """Says where the pictures of methods come from, a sentence without a full stop for each that is no plugin.

    Args:
        methods: The methods.
    """
    return tuple(f"{method.title or method.name}: {words}" for method in methods if (words := describe_origin(method)))
