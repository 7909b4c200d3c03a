"""The folders in which weights are looked for that no installed package carries."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.models.asset import Asset
from benchmark.user_folders import cache_folder, expand_home, from_home, no_home

WEIGHTS_VARIABLE: Final = "STYLE_TRANSFER_BENCHMARK_WEIGHTS"
"""Environment variable that names other folders."""


@dataclass(frozen=True)
class WeightsFolders:
    """Folders in the order in which they are searched; weights are fetched into the last one.

    A folder that several users share comes first and may be read-only.

    Attributes:
        folders: They may not exist yet.
        problem: One line on why there are none and what to do; shown only where one is needed.
    """

    folders: tuple[Path, ...]
    problem: str = ""

    @property
    def own(self) -> Path:
        """Folder that weights are fetched into.

        Raises:
            InputError: There is none.
        """
        if not self.folders:
            raise InputError(f"there is no folder for weights: {self.problem}")
        return self.folders[-1]

    @property
    def words(self) -> str:
        """The folders that are searched, in words, with ``~`` for the user's home."""
        return " or ".join(map(from_home, self.folders)) or f"any folder: {self.problem}"

    def copies(self, asset: Asset) -> Iterator[Path]:
        """Yields the files on this machine that may be the asset, in the order of the search.

        Args:
            asset: The asset; the package that carries it is located, not imported.
        """
        places: list[Path]
        if asset.is_own:
            places = [Path()]
        elif asset.package:
            specification = find_spec(asset.package)
            places = [Path(place) for place in (specification and specification.submodule_search_locations) or ()]
        else:
            places = list(self.folders)
        for place in places:
            # A folder that this user may not enter holds nothing for this user.
            with contextlib.suppress(PermissionError):
                if (place / asset.file).is_file():
                    yield place / asset.file


def weights_folders() -> WeightsFolders:
    """Returns the folders that the environment variable ``STYLE_TRANSFER_BENCHMARK_WEIGHTS`` names.

    Several are separated as in ``PATH``, and ``~`` is the user's home. Without the variable it is ``weights`` in the
    user's cache folder of this package. Where a home is needed and there is none, the result is empty and says why.
    """
    names = [name for name in os.environ.get(WEIGHTS_VARIABLE, "").split(os.pathsep) if name]
    if names:
        try:
            return WeightsFolders(tuple(expand_home(name, WEIGHTS_VARIABLE) for name in names))
        except InputError as error:
            return WeightsFolders((), str(error))
    cache = cache_folder()
    return WeightsFolders((cache / "weights",)) if cache else WeightsFolders((), no_home(WEIGHTS_VARIABLE))
