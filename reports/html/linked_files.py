"""Files beside a page, each named by a hash of its bytes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from benchmark.store.atomic import write_bytes

PICTURES: Final = "pictures"
LOGS: Final = "logs"
FILE_NAME: Final = re.compile(r"[0-9a-f]{20}\.(webp|jpeg|txt)")


class LinkedFiles:
    """The files of one kind beside a page, in a folder of their own.

    Args:
        destination: Folder of the page.
        folder: Name of their folder in it.
    """

    def __init__(self, destination: Path, folder: str) -> None:
        self._folder = destination / folder
        self._names: set[str] = set()

    def add(self, data: bytes, kind: str) -> str:
        """Writes a file unless it is there, and returns its address relative to the page.

        Args:
            data: Bytes of the file.
            kind: Ending of its name: ``webp``, ``jpeg`` or ``txt``.

        Raises:
            InputError: It cannot be written.
        """
        name = f"{hashlib.sha256(data).hexdigest()[:20]}.{kind}"
        self._names.add(name)
        target = self._folder / name
        if not target.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            write_bytes(target, data)
        return f"{self._folder.name}/{name}"

    def remove_others(self) -> None:
        """Removes the files that an earlier page left."""
        if self._folder.is_dir():
            for file in self._folder.iterdir():
                if FILE_NAME.fullmatch(file.name) and file.name not in self._names:
                    file.unlink(missing_ok=True)
