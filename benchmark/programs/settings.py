"""The settings of a program: a frozen dataclass made of the defaults in its file."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import fields, make_dataclass
from typing import Any

from benchmark.contracts import NoSettings

SettingValue = bool | int | float | str
_Defaults = tuple[tuple[str, type, SettingValue], ...]


def settings_type(defaults: Mapping[str, SettingValue]) -> type[Any]:
    """Returns the type of the settings.

    Args:
        defaults: The default of each setting by its name; a setting has the type of its default.
    """
    # With its type, because True is 1 to a cache.
    return _made(tuple((name, type(value), value) for name, value in defaults.items())) if defaults else NoSettings


def as_texts(settings: Any) -> dict[str, str]:
    """Returns the settings as a command line has them, by name.

    Args:
        settings: The settings.
    """
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}


@functools.cache
def _made(defaults: _Defaults) -> type[Any]:
    return make_dataclass(
        "ProgramSettings",
        [(name, kind, value) for name, kind, value in defaults],
        frozen=True,
        namespace={
            "__module__": __name__,
            "__doc__": "Settings of a program.",
            # Such a class has no name that pickle could find it by.
            "__reduce__": lambda self: (
                _restored,
                (defaults, {field.name: getattr(self, field.name) for field in fields(self)}),
            ),
        },
    )


def _restored(defaults: _Defaults, values: Mapping[str, SettingValue]) -> Any:
    return _made(defaults)(**values)
