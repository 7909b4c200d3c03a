"""File names made of the names that protocols and methods have."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

LONGEST_STEM: Final = 237
"""In bytes: file systems allow names of 255, minus 18 for a suffix and the additions of a temporary file."""
_DIGITS: Final = 16
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
"""Names that Windows reserves for devices, with any suffix."""


def file_stem(name: str) -> str:
    """Makes a file name without suffix from a name: the name itself, if files can have it.

    A name that is too long is cut and ends with a hash of the whole, as does one that Windows reserves for a device.
    The result depends on the name alone, so that a run that is continued finds its files.
    """
    encoded = name.encode()
    if len(encoded) <= LONGEST_STEM and name.casefold() not in _RESERVED:
        return name
    digits = hashlib.sha256(encoded).hexdigest()[:_DIGITS]
    return f"{encoded[: LONGEST_STEM - _DIGITS - 1].decode(errors='ignore')}-{digits}"


def is_file_name(name: str) -> bool:
    """Returns whether a name can be used as a file name that does not lead out of its folder."""
    return name not in ("", ".", "..") and name.isprintable() and "/" not in name and "\\" not in name


def stays_inside(path: str) -> bool:
    """Returns whether a relative path leads to nowhere outside the folder that it is relative to, on any system.

    Args:
        path: The path; links are not followed.
    """
    return "\0" not in path and not any(
        pure.anchor or ".." in pure.parts for pure in (PurePosixPath(path), PureWindowsPath(path))
    )
