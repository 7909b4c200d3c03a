"""Finds the packages that hold this distribution's own plugins where they are: beside the package ``benchmark``.

Their names (``methods``, ``metrics``, ``reports``) are so common that a folder of the user's may have them, too. The
search path must not decide which of them is imported.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from benchmark.errors import BenchmarkError

_HOME = Path(__file__).parent.parent


class NameTakenError(BenchmarkError):
    """Another module of the name of one of our packages has been imported in this process."""


def import_own_package(name: str) -> ModuleType:
    """Imports one of our packages from beside ``benchmark``; its modules are then found there by plain imports.

    Args:
        name: Name of the package, ``metrics`` for instance.

    Raises:
        NameTakenError: Something else of this name has been imported before; the message says from where.
        ModuleNotFoundError: There is no such package beside ``benchmark``.
    """
    imported = sys.modules.get(name)
    if imported is not None:
        if _is_ours(imported):
            return imported
        raise NameTakenError(
            f"the name {name} is taken by {_place(imported)}, which was imported before; rename that folder, or run "
            "where it is not imported"
        )
    spec = PathFinder.find_spec(name, [str(_HOME)])
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"no package {name} in {_HOME}", name=name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def import_own_packages() -> None:
    """Imports all of these packages that exist and whose names are free, before anything is unpickled."""
    for name in ("methods", "metrics", "reports"):
        try:
            import_own_package(name)
        except (NameTakenError, ModuleNotFoundError):
            # An error is raised where the package is needed, and nowhere else.
            continue


def _is_ours(module: ModuleType) -> bool:
    return any(Path(folder).parent.resolve() == _HOME.resolve() for folder in getattr(module, "__path__", ()))


def _place(module: ModuleType) -> str:
    places = [*getattr(module, "__path__", ()), getattr(module, "__file__", None) or ""]
    return places[0] or "a module without a file"
