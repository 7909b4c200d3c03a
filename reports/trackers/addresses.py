"""Addresses of trackers without what is secret in them, and paths without the rest of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_FILE: Final = re.compile(r"(sqlite(\+\w+)?|file):///", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_PLACE: Final = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[\w.-]*)(:\d*)?(/.*)?")
"""A host, its port, and a path."""
_CREDENTIALS: Final = re.compile(r"(?![A-Za-z]:[\\/])[^/\\]*:.*@", re.DOTALL)
"""Begins an address without a scheme; a drive of Windows does not."""
_HIDDEN: Final = "…"


def without_password(address: str) -> str:
    """Returns an address without what may be secret in it: user and password, the query, and the fragment.

    Passwords may hold any character, also those that no address should have: everything goes up to the last ``@``, and
    where it cannot be told what is left, only the scheme stays. The path of a file stays whole.

    Args:
        address: Any text.
    """
    if _FILE.match(address):
        return address.partition("?")[0]
    scheme, separator, rest = address.partition("://")
    if not separator:
        return _HIDDEN if _CREDENTIALS.match(address) else address
    if not _SCHEME.fullmatch(scheme):
        return _HIDDEN
    before = re.split("[?#]", rest, maxsplit=1)[0]
    place = before.rpartition("@")[2]
    # An @ behind a question mark is of a query, or the end of a password.
    is_clear = "@" not in rest[len(before) :] and _PLACE.fullmatch(place)
    return f"{scheme}://{place if is_clear else _HIDDEN}"


def redacted(text: str, address: str) -> str:
    """Returns a text without what is secret in an address.

    Args:
        text: A text that may quote the address or words of it, as messages of errors do.
        address: The whole address.
    """
    public = without_password(address)
    text = text.replace(address, public)
    for word in {word for word in re.split(r"[:/@?#&=]+", address) if word and word not in public}:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _HIDDEN, text)
    return text


def seen_from(folder: Path, path: Path) -> str:
    """Returns the way from a folder to a path, which does not say where on this machine both of them are.

    Args:
        folder: The folder.
        path: The path.
    """
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        # On another drive of Windows.
        return str(path)
