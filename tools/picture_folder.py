"""The folder of pictures beside a page."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def drawing_folder(page: Path) -> Iterator[Path]:
    """Yields an empty folder to draw the pictures of a page into, and at the end puts them into the folder beside it.

    That folder has the page's name, as many another may: of what it held, only the pictures go that the page of before
    shows. Where the drawing fails, all stays as it was.

    Args:
        page: The page, which is written afterwards and shows a picture as ``](NAME/FILE)``.
    """
    page.parent.mkdir(parents=True, exist_ok=True)
    folder = page.with_suffix("")
    with tempfile.TemporaryDirectory(dir=page.parent, prefix=f".{page.stem}-") as drawn:
        yield Path(drawn)
        folder.mkdir(exist_ok=True)
        for name in _shown(page):
            (folder / name).unlink(missing_ok=True)
        for file in Path(drawn).iterdir():
            file.replace(folder / file.name)


def _shown(page: Path) -> list[str]:
    if not page.is_file():
        return []
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"\]\({re.escape(page.stem)}/([^)/]+\.(?:webp|svg))\)", text)
