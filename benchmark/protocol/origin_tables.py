"""Reading of the parts of a protocol file about the data set of its styles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Final

from benchmark.errors import InputError
from benchmark.protocol.recipe import Columns, DatasetSource, Origin
from benchmark.suggestion import suggest

Fail = Callable[[str], InputError]
"""Makes the error about a problem in the file."""

LARGEST_NUMBER_OF_PAINTINGS: Final = 10_000
_NAME = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_REVISION = re.compile(r"[0-9a-f]{40}|")
_ORIGIN_KEYS = frozenset({"dataset", "revision", "rule", "rows", "unusable"})


def read_dataset(fail: Fail, where: str, table: Any) -> DatasetSource:
    """Reads the description of a data set.

    Args:
        fail: Makes the error about a problem.
        where: Name of the table, for errors.
        table: The table of the file.

    Raises:
        InputError: A key is missing, unknown or of the wrong type.
    """
    known = {field.name for field in fields(DatasetSource)}
    facts = dict(_table(fail, where, table, known))
    columns = _table(fail, f"{where}.columns", facts.pop("columns", {}), {field.name for field in fields(Columns)})
    for key, value in columns.items():
        if not isinstance(value, str):
            raise fail(f"{where}.columns.{key} must be the name of a column, not {value!r}")
    for key, kind in (("paintings", int), ("seed", int)):
        if key in facts and (not isinstance(facts[key], kind) or isinstance(facts[key], bool)):
            raise fail(f"{where}.{key} must be a whole number, not {facts[key]!r}")
    for key in known - {"paintings", "seed", "columns"}:
        if not isinstance(facts.get(key, ""), str):
            raise fail(f"{where}.{key} must be a string, not {facts[key]!r}")
    if not _NAME.fullmatch(facts.get("name", "")) or ".." in facts["name"]:
        raise fail(f"{where}.name must be OWNER/NAME as on the Hugging Face hub, not {facts.get('name')!r}")
    if not 1 <= facts.get("paintings", 0) <= LARGEST_NUMBER_OF_PAINTINGS:
        raise fail(f"{where}.paintings must be 1 … {LARGEST_NUMBER_OF_PAINTINGS}, not {facts.get('paintings')!r}")
    return DatasetSource(**facts, columns=Columns(**columns))


def read_origin(fail: Fail, table: Any, styles: Sequence[str]) -> Origin:
    """Reads the rows of the data set that the styles were drawn from.

    Args:
        fail: Makes the error about a problem.
        table: The file's table ``origin``.
        styles: Names of the protocol's styles.

    Raises:
        InputError: A key is missing, unknown or of the wrong type, or a style has no row.
    """
    facts = _table(fail, "origin", table, _ORIGIN_KEYS)
    dataset = read_dataset(fail, "origin.dataset", facts.get("dataset"))
    revision, rule = facts.get("revision", ""), facts.get("rule")
    if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
        raise fail(f"origin.revision must be the 40 digits of a commit, not {revision!r}")
    if not isinstance(rule, str):
        raise fail(f"origin.rule must be a string, not {rule!r}")
    rows, unusable = facts.get("rows"), facts.get("unusable", [])
    if not isinstance(rows, dict) or rows.keys() != set(styles):
        raise fail("origin.rows must name the row of every style")
    if not isinstance(unusable, list) or not all(_is_row(row) for row in (*rows.values(), *unusable)):
        raise fail("origin.rows and origin.unusable must be numbers of rows, from 0")
    if len(set(rows.values())) < len(rows):
        raise fail("origin.rows names a row twice")
    return Origin(dataset, revision, rule, rows, tuple(unusable))


def _table(fail: Fail, where: str, table: Any, known: frozenset[str] | set[str]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise fail(f"{where} must be a table, not {table!r}")
    for key in table.keys() - known:
        raise fail(f"{where}: unknown key {key!r}{suggest(key, known)}")
    return table


def _is_row(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
