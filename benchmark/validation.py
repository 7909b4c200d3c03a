"""Checks tables of files against dataclasses, and says in one line what is wrong with one.

What a file may hold is a dataclass whose fields declare types and ranges. Pydantic does the checking, and is imported
only then: listing plugins needs none of it.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import typing
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from benchmark.allowed_values import describe_allowed, describe_range, strip_annotation
from benchmark.errors import InputError
from benchmark.suggestion import suggest

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

TableT = TypeVar("TableT")
_LONGEST_VALUE = 120


def read_table(kind: type[TableT], table: Any, where: str) -> TableT:
    """Makes a dataclass of a table of a file, strictly: a whole number is no string, and no key is unknown.

    Args:
        kind: The dataclass. Its fields declare what they hold, for instance ``Annotated[int, Ge(1)]``; what else it
            requires, it raises as ``ValueError`` in ``__post_init__``.
        table: What the file holds, as TOML or JSON is parsed.
        where: What the file is, with its path, for errors.

    Raises:
        InputError: A key is missing, unknown, of the wrong type or out of range; the message says which.
    """
    from pydantic import ValidationError

    def refuse(value: object) -> NoReturn:
        raise InputError(f"{where}: {value} is a date or time, which nothing here takes; write it in quotes")

    # The types of JSON are those of the file: in them, a list is a tuple and a name a member of an enum.
    text = json.dumps(table, default=refuse)
    try:
        checked: TableT = _reader(kind).validate_json(text)  # type: ignore[arg-type]  # mypy: a class has no hash
    except ValidationError as error:
        raise InputError(f"{where}: {describe_problem(error, kind, table)}") from error
    return checked


def describe_problem(error: ValidationError, kind: Any, value: Any) -> str:
    """Says in one line where a value does not fit its type, what was expected and what was found.

    Of several problems it names a wrong schema version, else an unknown key, else the first.

    Args:
        error: What pydantic raised.
        kind: The type.
        value: The value.
    """
    problem = min(
        error.errors(include_url=False),
        key=lambda one: (one["loc"] != ("schema_version",), one["type"] != "unexpected_keyword_argument"),
    )
    location = problem["loc"]
    match problem["type"]:
        case "unexpected_keyword_argument":
            key = str(location[-1])
            table = strip_annotation(_type_at(kind, location[:-1]))[0]
            known = [field.name for field in dataclasses.fields(table)]
            return _joined(_place(location[:-1], value), f"unknown key {key!r}{suggest(key, known)}")
        case "missing":
            return f"{_place(location, value)} is missing; it must be {describe_allowed(_type_at(kind, location))}"
        case "value_error":
            return _joined(_place(location, value), str(problem["ctx"]["error"]))
        case "json_invalid":
            return str(problem["msg"])  # What TOML and JSON hold otherwise can be written: it is nested too deeply.
        case _ if (expected := _type_at(kind, location)) is Any:
            return _joined(_place(location, value), problem["msg"])
        case name:
            requirement = describe_mismatch(name, expected, problem["input"])
            return f"{_place(location, value) or 'it'} {requirement}"


def describe_mismatch(problem: str, kind: Any, value: Any, *, sequence: str = "a list") -> str:
    """Says what a value must be, and that it is not.

    Args:
        problem: Pydantic's name of the problem.
        kind: The type.
        value: The value.
        sequence: What a list is called.
    """
    is_out_of_range = problem.startswith(("greater_than", "less_than")) and describe_range(kind)
    allowed = describe_range(kind) if is_out_of_range else describe_allowed(kind, sequence=sequence)
    found = repr(value)
    return f"must be {allowed}, not {found if len(found) <= _LONGEST_VALUE else found[:_LONGEST_VALUE] + '…'}"


def first_problem(error: ValidationError) -> str:
    """Says where a file that the benchmark writes is damaged first, for instance ``methods.0.title: Field required``.

    Nobody has written such a file by hand, so no better value is suggested, as ``describe_problem`` does.

    Args:
        error: What pydantic found.
    """
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else problem["msg"]


def missing_fields(error: ValidationError) -> list[str]:
    """Lists the fields that a file lacks at its top.

    Args:
        error: What pydantic found.
    """
    problems = error.errors(include_url=False, include_input=False)
    return [str(problem["loc"][0]) for problem in problems if problem["type"] == "missing" and len(problem["loc"]) == 1]


@functools.cache
def _reader(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    return TypeAdapter(with_config(ConfigDict(strict=True, allow_inf_nan=False, extra="forbid"))(kind))


def _type_at(kind: Any, location: Sequence[int | str]) -> Any:
    """Finds the type of a part of a value; ``Any`` if that cannot be told."""
    for key in location:
        bare, _ = strip_annotation(kind)
        items = typing.get_args(bare)
        if dataclasses.is_dataclass(bare) and isinstance(bare, type):
            kind = typing.get_type_hints(bare, include_extras=True).get(str(key), Any)
        elif typing.get_origin(bare) is tuple and isinstance(key, int) and Ellipsis not in items:
            kind = items[key] if key < len(items) else Any
        elif items:
            kind = items[0] if isinstance(key, int) else items[-1]
        else:
            return Any
    return kind


def _place(location: Sequence[int | str], value: Any) -> str:
    """Names a part of a value, for instance ``contents entry 3 (cat): sha256``."""
    words, separator = "", ""
    for key in location:
        try:
            value = value[key]
        except (LookupError, TypeError):
            value = None
        if isinstance(key, int):
            identifier = value.get("id") if isinstance(value, dict) else None
            words += f" entry {key + 1}" + (f" ({identifier})" if isinstance(identifier, str) else "")
            separator = ": "
        else:
            words, separator = f"{words}{separator}{key}", "."
    return words


def _joined(place: str, problem: str) -> str:
    return f"{place}: {problem}" if place else problem
