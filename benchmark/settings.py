"""Makes a plugin's settings from what a protocol fixes and what a user sets, with errors that name the setting.

Fields of settings may declare ranges, ``steps: Annotated[int, Ge(1)]``; pydantic checks them.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from benchmark.allowed_values import InWords, describe_allowed, strip_annotation
from benchmark.errors import InputError
from benchmark.escaping import encodable
from benchmark.file_hash import file_sha256
from benchmark.suggestion import suggest
from benchmark.validation import describe_mismatch

_SEQUENCE: Final = "a comma-separated list"


@dataclasses.dataclass(frozen=True)
class NamesFile:
    """Metadata of an annotation: the setting is the path of a file, or empty for none."""


FilePath: TypeAlias = Annotated[str, NamesFile(), InWords("the path of a file, or empty")]
"""Path of a file that a method reads, such as weights of the user's; ``~`` is the user's home, empty is no file.

A run records the file's name and hash in place of its path: another file under the same path is another setting, and
the same file elsewhere is not."""


class SettingOrigin(StrEnum):
    """Origin of a setting that is not left at its default."""

    PROTOCOL = "protocol"
    USER = "user"


def make_settings(plugin: str, settings_type: type[Any], values: Mapping[str, Any], kind: str = "method") -> Any:
    """Makes the settings of a method or metric.

    Args:
        plugin: Name of the method or metric, for messages.
        settings_type: Frozen dataclass with a default for every field.
        values: Values in place of the defaults; strings are converted to the field's type, tuples are written with
            commas.
        kind: Word for the plugin, for messages.

    Raises:
        InputError: A setting is unknown, of the wrong type or out of range.
    """
    types = _types(settings_type)
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in types:
            hint = suggest(name, types) if types else f"; this {kind} has no settings"
            raise InputError(f"{kind} {plugin} has no setting {name!r}{hint}")
        try:
            checked[name] = _converted(name, types[name], value)
        except ValueError as error:
            raise InputError(f"setting {plugin}.{error}") from error
    try:
        return settings_type(**checked)
    except ValueError as error:
        raise InputError(f"settings of {kind} {plugin}: {error}") from error


def check_settings(settings: Any) -> None:
    """Checks settings that are made in Python as those of a command are: call it in ``__post_init__``.

    Values are converted where they can be, as ``"3"`` to ``3``. Defaults are left as they are: they need no check each
    time, and listing methods needs no pydantic.

    Args:
        settings: The settings, a dataclass.

    Raises:
        ValueError: A value is of the wrong type or out of the range that its field declares.
    """
    types = _types(type(settings))
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value is not field.default:
            object.__setattr__(settings, field.name, _converted(field.name, types[field.name], value))


def check_defaults(settings_type: type[Any]) -> None:
    """Checks the defaults of a plugin's settings against their own types and ranges.

    Raises:
        ValueError: One does not fit.
    """
    settings = settings_type()
    for name, kind in _types(settings_type).items():
        _converted(name, kind, getattr(settings, name))


def describe_settings(settings_type: type[Any]) -> dict[str, str]:
    """Says which values each setting may have, for instance ``a whole number, at least 1``, by its name.

    Args:
        settings_type: The dataclass.
    """
    return {name: describe_allowed(kind, sequence=_SEQUENCE) for name, kind in _types(settings_type).items()}


def settings_of(settings: Any) -> dict[str, Any]:
    """Returns all settings by name, as plain values that a JSON file can hold; files by their names and hashes."""
    return {field.name: plain(identified(settings, field.name)) for field in dataclasses.fields(settings)}


def identified(settings: Any, name: str) -> Any:
    """Returns the value of a setting; of one that names a file, the file's name and hash.

    Args:
        settings: The settings.
        name: Name of the setting.
    """
    value = getattr(settings, name)
    if not value or NamesFile() not in strip_annotation(_types(type(settings))[name])[1]:
        return value
    try:
        path = Path(value).expanduser()
        return f"{path.name} (sha256 {file_sha256(path)})"
    except (OSError, RuntimeError, ValueError):
        # There is no such file, user or path. Whether there has to be one is the method's to say.
        return value


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


def _types(settings_type: type[Any]) -> dict[str, Any]:
    types = typing.get_type_hints(settings_type, include_extras=True)
    return {field.name: types[field.name] for field in dataclasses.fields(settings_type)}


def _converted(name: str, kind: Any, value: Any) -> Any:
    from pydantic import TypeAdapter, ValidationError

    if isinstance(value, str) and typing.get_origin(strip_annotation(kind)[0]) is tuple:
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        return TypeAdapter(kind, config={"allow_inf_nan": False}).validate_python(value)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        mismatch = describe_mismatch(problem["type"], kind, problem["input"], sequence=_SEQUENCE)
        raise ValueError(f"{name} {mismatch}") from error


def plain(value: Any) -> Any:
    """Returns the value of a setting as a JSON file can hold it."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return encodable(str(value))
    return value
