"""Files and folders that are written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmark.errors import InputError
from benchmark.escaping import encodable, encodable_json

_LONGEST_PREFIX: Final = 200
"""In bytes; file systems take names of 255."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary file beside a file, and puts it in the file's place at the end.

    Where the body raises, the file stays as it was.

    Args:
        path: The file.

    Raises:
        InputError: The folder cannot be written, or the disk is full.
        OSError: The body could not use some other file.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{_beginning(path.name)}.", suffix=".tmp")
        os.close(descriptor)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        if temporary is not None and error.filename not in (None, str(temporary)):
            raise
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def new_folder(destination: Path) -> Iterator[Path]:
    """Yields a folder beside the destination, and puts it in its place at the end; after an error it is removed.

    Args:
        destination: The folder to make; an empty one is replaced.

    Raises:
        InputError: It cannot be written, or is not empty at the end.
    """
    beside: Path | None = None
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=destination.absolute().parent, prefix=".benchmark-"))
        # Unlike a temporary folder, this one gets the permissions that a folder has here.
        folder = beside / "folder"
        folder.mkdir()
        yield folder
        if destination.exists():
            destination.rmdir()
        folder.replace(destination)
    except OSError as error:
        raise InputError(f"cannot write {destination}: {error.strerror or error}") from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file through a temporary one beside it, renamed at the end.

    Raises:
        InputError: The folder cannot be written, or the disk is full.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Writes a UTF-8 text file; see ``write_bytes``. What UTF-8 cannot hold is escaped; see ``encodable``."""
    write_bytes(path, encodable(text).encode())


def write_json(path: Path, value: Any) -> None:
    """Writes a JSON file; see ``write_bytes`` and ``json_text``."""
    write_bytes(path, json_text(value).encode())


def json_text(value: Any) -> str:
    """The text of a JSON file, without anything that UTF-8 cannot hold; see ``encodable``.

    Raises:
        TypeError: Something is of a kind that JSON does not know.
        ValueError: A number is none that JSON can hold (NaN, infinity).
    """
    return encodable_json(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def _beginning(name: str) -> str:
    """Returns the beginning of a file's name, short enough for the additions of the temporary file's name."""
    return os.fsencode(name)[:_LONGEST_PREFIX].decode(errors="ignore")
