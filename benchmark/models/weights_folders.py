"""The folders in which weights are looked for that no installed package carries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from platformdirs import user_cache_dir

from benchmark.models.asset import Asset

WEIGHTS_VARIABLE: Final = "STYLE_TRANSFER_BENCHMARK_WEIGHTS"
"""Environment variable that names other folders."""


@dataclass(frozen=True)
class WeightsFolders:
    """Folders in the order in which they are searched; weights are fetched into the last one.

    A folder that several users share comes first and may be read-only.

    Attributes:
        folders: At least one; they may not exist yet.
    """

    folders: tuple[Path, ...]

    @property
    def own(self) -> Path:
        """The folder that is written to."""
        return self.folders[-1]

    def copies(self, asset: Asset) -> Iterator[Path]:
        """The files on this machine that may be the asset, in the order of the search.

        Args:
            asset: What is looked for; the package that carries it is located, not imported.
        """
        if asset.package:
            specification = find_spec(asset.package)
            places = [Path(place) for place in (specification and specification.submodule_search_locations) or ()]
        else:
            places = list(self.folders)
        for place in places:
            if (place / asset.file).is_file():
                yield place / asset.file


def weights_folders() -> WeightsFolders:
    """The folders that the environment variable ``STYLE_TRANSFER_BENCHMARK_WEIGHTS`` names.

    Several are separated as in ``PATH``. Without the variable it is ``weights`` in the user's cache folder of this
    package.
    """
    named = [Path(name).expanduser() for name in os.environ.get(WEIGHTS_VARIABLE, "").split(os.pathsep) if name]
    return WeightsFolders(tuple(named) or (Path(user_cache_dir("style-transfer-benchmark")) / "weights",))
