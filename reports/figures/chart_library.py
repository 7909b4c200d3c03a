"""The script that draws charts in a browser."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.store.atomic import write_text
from benchmark.user_folders import cache_folder

_DISTRIBUTION: Final = "vl-convert-python"


@functools.cache
def chart_library() -> str:
    """Returns the script that draws charts in a browser, as ``vegaEmbed``: Vega, Vega-Lite and Vega-Embed.

    To bundle it takes more than a second, so it is kept in the user's cache folder, where there is one.
    """
    folder = cache_folder()
    if folder is None:
        return _bundle()
    path = folder / "charts" / f"vega-{version(_DISTRIBUTION)}.js"
    kept = _kept(path)
    if kept is not None:
        return kept
    script = _bundle()
    # Without the copy the next report takes longer, and is the same.
    with contextlib.suppress(OSError, InputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, f"{_hash(script)}\n{script}")
    return script


def _kept(path: Path) -> str | None:
    """Returns the copy, or ``None`` where there is none or it is not what was written."""
    try:
        kept_hash, _, script = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return script if kept_hash == _hash(script) else None


def _hash(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()


def _bundle() -> str:
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
