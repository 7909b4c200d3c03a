"""What a tracker needs beside the benchmark, and words for what goes wrong between the two."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType

from benchmark.errors import BenchmarkError, InputError
from benchmark.escaping import one_line


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


@contextlib.contextmanager
def explained(problem: str, reason: Callable[[Exception], str]) -> Iterator[None]:
    """Turns any error of a tracker's library into one line for the user.

    Args:
        problem: Words for the failed task.
        reason: Finds words for why it failed.

    Raises:
        InputError: Something went wrong.
    """
    try:
        yield
    except (BenchmarkError, MemoryError):
        raise
    # The libraries raise errors of several packages, which differ from version to version.
    except Exception as error:
        words = one_line(reason(error)) or type(error).__name__
        raise InputError(f"{problem}: {words}; the run is as it was, and the command can be repeated") from error


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's message.

    Args:
        error: The error.
    """
    return str(error).strip().partition("\n")[0]
