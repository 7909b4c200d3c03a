"""Hashes of weights as they were first seen, for files whose hash nobody has published."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.models.asset import SHA256_DIGITS
from benchmark.text_files import MissingFileError, read_json

LOCK_FILE: Final = "weights.lock.json"
_SCHEMA_VERSION: Final = 1
_ADVICE: Final = "put back a copy, or remove it to trust the files anew"


@dataclass(frozen=True)
class LockEntry:
    """Hash and origin of a file when it was first trusted.

    Attributes:
        sha256: Its hash, hexadecimal.
        bytes: Its size.
        source: The address that it came from, or words on how else it got here.
        date: Day on which it was recorded, ISO 8601.
    """

    sha256: str
    bytes: int
    source: str
    date: str


def read_lock(folder: Path) -> dict[str, LockEntry]:
    """Reads the entries of a folder's lock by the names of its files; none where there is no lock.

    Raises:
        InputError: The lock cannot be read. Without it, its files would silently be trusted anew.
    """
    path = folder / LOCK_FILE
    try:
        table = read_json(path, "lock")
    except MissingFileError:
        return {}
    except InputError as error:
        raise InputError(f"{error}; {_ADVICE}") from error
    try:
        if table["schema_version"] != _SCHEMA_VERSION:
            raise ValueError(f"schema_version {table['schema_version']!r} is not supported")
        entries = {file: LockEntry(**entry) for file, entry in table["files"].items()}
        if any(len(entry.sha256) != SHA256_DIGITS for entry in entries.values()):
            raise ValueError("a sha256 has not 64 digits")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path} is damaged ({error}); {_ADVICE}") from error
    return entries


def record(file: Path, sha256: str, source: str) -> LockEntry:
    """Records hash, size and origin of a file in the lock of its folder.

    Args:
        file: A file in a weights folder.
        sha256: Its hash.
        source: Origin of the file.

    Raises:
        InputError: The lock cannot be read or written.
    """
    from filelock import FileLock

    entry = LockEntry(sha256, file.stat().st_size, source, datetime.now(UTC).date().isoformat())
    # Two processes that fetch two files write the same lock.
    with FileLock(file.parent / f".{LOCK_FILE}.lock"):
        _write(file.parent, {**read_lock(file.parent), file.name: entry})
    return entry


def _write(folder: Path, entries: dict[str, LockEntry]) -> None:
    table = {"schema_version": _SCHEMA_VERSION, "files": {name: asdict(entries[name]) for name in sorted(entries)}}
    path = folder / LOCK_FILE
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error.strerror}") from error
