"""Folders of the user: what an environment variable names, else the cache folder, looked up when one is needed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_dir

from benchmark.errors import InputError


def cache_folder() -> Path | None:
    """The folder of this package in the user's cache; it may not exist yet.

    Returns:
        The folder, or ``None`` for a user without a home, such as the bare number of a container's user, where
        ``XDG_CACHE_HOME`` is not set either.
    """
    try:
        folder = Path(user_cache_dir("style-transfer-benchmark"))
    except RuntimeError:
        return None
    # Earlier versions of platformdirs leave the ~ in the path.
    return folder if folder.is_absolute() else None


def expand_home(name: str, variable: str) -> Path:
    """A folder that an environment variable names, in which ``~`` is the user's home, as in a shell.

    Args:
        name: What the variable says of the folder.
        variable: The variable, for the error.

    Raises:
        InputError: There is no such home.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise InputError(f"{variable} names {name}, and there is no such home folder; give a whole path") from None


def no_home(variable: str) -> str:
    """Why there is no folder, and what to do.

    Args:
        variable: The environment variable that names one.
    """
    return f"this user has no home folder; name a folder with {variable}"


@contextlib.contextmanager
def home_for_imports() -> Iterator[None]:
    """Gives a user without a home one that cannot be written, while a package is imported that asks for it.

    Some packages work out where their caches would be when they are imported, whether or not they will need any.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = os.devnull
        try:
            yield
        finally:
            del os.environ["HOME"]
    else:
        yield
