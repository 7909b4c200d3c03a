"""Folders of the user: the one that an environment variable names, or the cache folder; looked up when needed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_dir

from benchmark.errors import InputError


def cache_folder() -> Path | None:
    """Returns the folder of this package in the user's cache; it may not exist yet.

    Returns:
        The folder, or ``None`` for a user without a home (as a container's user often is), where
        ``XDG_CACHE_HOME`` is not set either.
    """
    try:
        folder = Path(user_cache_dir("style-transfer-benchmark"))
    except RuntimeError:
        return None
    # Earlier versions of platformdirs leave the ~ in the path.
    return folder if folder.is_absolute() else None


def expand_home(name: str, variable: str) -> Path:
    """Returns the folder that an environment variable names, in which ``~`` is the user's home, as in a shell.

    Args:
        name: Path of the folder as it stands in the variable.
        variable: The variable, for the error.

    Raises:
        InputError: There is no such home.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise InputError(f"{variable} names {name}, and there is no such home folder; give a whole path") from None


def from_home(path: Path) -> str:
    """Writes a path as the user would, with ``~`` for the home: what a run records may be published.

    Args:
        path: A path; one that is elsewhere, or of a user without a home, stays as it is.
    """
    with contextlib.suppress(RuntimeError, ValueError):
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)


def no_home(variable: str) -> str:
    """Says why there is no folder, and what to do.

    Args:
        variable: The environment variable that names one.
    """
    return f"this user has no home folder; name a folder with {variable}"


@contextlib.contextmanager
def home_for_imports() -> Iterator[None]:
    """Sets a home that cannot be written for a user without one, while packages are imported that ask for it.

    Some packages compute the paths of their caches when they are imported, whether or not they will need them.
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
