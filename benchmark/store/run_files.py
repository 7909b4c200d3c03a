"""The files of a run, or of several runs, that records name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def find_file(path: str, directory: Path, folders: Sequence[Path]) -> Path | None:
    """Returns the file that a path leads to, or ``None`` where that is outside the folders of the runs.

    Args:
        path: The path, as records name it.
        directory: Folder that it is relative to.
        folders: Folders of the runs.

    Raises:
        OSError: The path cannot be followed.
        ValueError: It is no path.
    """
    file = (directory / path).resolve()
    return file if any(file.is_relative_to(folder.resolve()) for folder in folders) else None
