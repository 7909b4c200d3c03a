"""Short names of several runs, by which a reader tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import InputError
from benchmark.escaping import printable


def name_runs(folders: Sequence[Path]) -> list[str]:
    """Names runs by their folders: by the last part of the path, or by as many as tell them apart.

    Args:
        folders: Folders of the runs.

    Raises:
        InputError: One run is there twice.
    """
    seen: dict[Path, Path] = {}
    for folder in folders:
        place = folder.resolve()
        if place in seen:
            raise InputError(f"{folder} is the same run as {seen[place]}; name every run once")
        seen[place] = folder
    parts = [folder.absolute().parts for folder in folders]
    names = ["/".join(path[-1:]) for path in parts]
    for length in range(2, max(map(len, parts), default=0) + 1):
        repeated = {name for name in names if names.count(name) > 1}
        names = [
            "/".join(path[-length:]) if name in repeated else name for name, path in zip(names, parts, strict=True)
        ]
    return [printable(name) for name in names]
