"""What a tracker needs beside the benchmark: its package, and variables of the environment."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Final

from benchmark.errors import InputError
from benchmark.escaping import one_line

NOTHING_LOST: Final = "the run is as it was, and the command can be repeated"
"""What is said beside every failure of a tracker."""


def import_extra(module: str, name: str) -> ModuleType:
    """Imports a module of a package that an extra of the same name as a format brings.

    Args:
        module: The module.
        name: The format, and the extra.

    Raises:
        InputError: The package is not installed, or what is installed cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            f"--format {name} needs the package {(error.name or module).partition('.')[0]}; "
            f"get it with: pip install 'style-transfer-benchmark[{name}]'"
        ) from error
    except ImportError as error:
        raise InputError(f"--format {name}: the package {name} cannot be imported: {one_line(str(error))}") from error


@contextlib.contextmanager
def unless_set(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets variables of the environment that are not set, and removes them again.

    Args:
        variables: Values by name.
    """
    missing = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(missing)
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)
