"""Where weights lie that are not part of an installed package."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from platformdirs import user_cache_dir

WEIGHTS_VARIABLE: Final = "STYLE_TRANSFER_BENCHMARK_WEIGHTS"
"""Environment variable that names another folder."""


def weights_directory() -> Path:
    """Returns the folder with downloaded weights; it may not exist yet.

    It is what the environment variable ``STYLE_TRANSFER_BENCHMARK_WEIGHTS`` says, or else ``weights`` in the user's
    cache folder of this package.
    """
    chosen = os.environ.get(WEIGHTS_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path(user_cache_dir("style-transfer-benchmark")) / "weights"
