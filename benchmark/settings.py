"""Settings of methods, from the values of the protocol and of the user, with errors that name the setting."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from benchmark.errors import InputError
from benchmark.escaping import encodable
from benchmark.suggestion import suggest


class SettingOrigin(StrEnum):
    """Origin of a setting that is not left at the method's default."""

    PROTOCOL = "protocol"
    USER = "user"


def make_settings(method: str, settings_type: type[Any], values: Mapping[str, Any]) -> Any:
    """Makes a method's settings.

    Args:
        method: Name of the method, for messages.
        settings_type: Frozen dataclass with a default for every field.
        values: Values in place of the defaults; strings are converted to the field's type, tuples are written with
            commas.

    Raises:
        InputError: A setting is unknown, of the wrong type or out of range.
    """
    names = [field.name for field in dataclasses.fields(settings_type)]
    types = typing.get_type_hints(settings_type)
    for name in values:
        if name not in names:
            hint = suggest(name, names) if names else "; this method has no settings"
            raise InputError(f"method {method} has no setting {name!r}{hint}")
    checked = {name: _validated(f"{method}.{name}", types[name], value) for name, value in values.items()}
    try:
        return settings_type(**checked)
    except ValueError as error:
        raise InputError(f"settings of method {method}: {error}") from error


def settings_of(settings: Any) -> dict[str, Any]:
    """Returns all settings by name, as plain values that a JSON file can hold."""
    return {field.name: _plain(getattr(settings, field.name)) for field in dataclasses.fields(settings)}


def describe_differences(method: str, there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Says which settings of a method differ between two runs.

    Args:
        method: Name of the method.
        there: Its settings in the earlier run.
        here: Its settings in the later one.
    """
    return [
        f"{method}.{setting} {there.get(setting)} there, {here.get(setting)} here"
        for setting in sorted(there.keys() | here.keys())
        if there.get(setting) != here.get(setting)
    ]


def parse_assignments(assignments: typing.Iterable[str]) -> dict[str, dict[str, str]]:
    """Parses ``METHOD.SETTING=VALUE`` assignments into values by method and setting.

    Raises:
        InputError: An assignment has another form.
    """
    values: dict[str, dict[str, str]] = {}
    for assignment in assignments:
        target, equals, value = assignment.partition("=")
        method, dot, setting = target.strip().partition(".")
        if not (equals and dot and method and setting):
            raise InputError(f"cannot read setting {assignment!r}; write METHOD.SETTING=VALUE, as in gatys.steps=100")
        values.setdefault(method.replace("-", "_"), {})[setting.replace("-", "_")] = value.strip()
    return values


def _validated(setting: str, kind: Any, value: Any) -> Any:
    from pydantic import TypeAdapter, ValidationError

    if isinstance(value, str) and typing.get_origin(kind) is tuple:
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        return TypeAdapter(kind, config={"allow_inf_nan": False}).validate_python(value)
    except ValidationError as error:
        problem = error.errors()[0]
        raise InputError(
            f"setting {setting} must be {_readable(kind)}, not {problem['input']!r}: {problem['msg']}"
        ) from error


def _readable(kind: Any) -> str:
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
    if kind in words:
        return words[kind]
    if typing.get_origin(kind) is tuple:
        items = typing.get_args(kind)
        count = "" if Ellipsis in items else f" of {len(items)} value{'s' * (len(items) != 1)}"
        return f"a comma-separated list{count}"
    if isinstance(kind, type):
        return "one of " + ", ".join(str(member) for member in kind)  # type: ignore[attr-defined]
    return str(kind)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return encodable(str(value))
    return value
