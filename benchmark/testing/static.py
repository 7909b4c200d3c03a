"""Checks of a plugin that do not run it."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from typing import Any

from benchmark.settings import check_defaults

HEAVY_MODULES = ("torch", "pandas", "numpy", "scipy")


def check_names(info: Any) -> None:
    """Checks that the facts about a plugin are filled in.

    Raises:
        AssertionError: They are not.
    """
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", info.name), f"name {info.name!r} is not snake_case"
    for field in ("title", "version", "summary"):
        value = getattr(info, field)
        assert isinstance(value, str), f"info.{field} is not a string"
        assert value.strip(), f"info.{field} is empty"


def check_settings_type(settings_type: type[Any]) -> None:
    """Checks that settings are a frozen dataclass whose defaults fit their own types and ranges.

    Raises:
        AssertionError: They are none.
        ValueError: A default does not fit.
    """
    assert dataclasses.is_dataclass(settings_type)
    assert settings_type.__dataclass_params__.frozen, "settings must be a frozen dataclass"  # type: ignore[attr-defined]
    check_defaults(settings_type)


def check_light_import(plugin: type[Any]) -> None:
    """Checks that importing the plugin's module loads no torch, so that listing plugins stays fast.

    Raises:
        AssertionError: It loads a heavy module, or cannot be imported alone.
    """
    program = (
        f"import sys, importlib; importlib.import_module({plugin.__module__!r}); "
        f"print(*[name for name in {HEAVY_MODULES!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert result.returncode == 0, f"{plugin.__module__} cannot be imported alone: {result.stderr.strip()[-300:]}"
    loaded = result.stdout.split()
    assert not loaded, f"importing {plugin.__module__} loads {', '.join(loaded)}; import them where they are used"
