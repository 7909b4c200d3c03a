"""Images that freezing keeps in the data directory."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmark.errors import InputError
from benchmark.images import decode_image, holds_pixels, pixels_sha256
from benchmark.protocol.data_directory import kept_image, kept_rows
from benchmark.protocol.recipe import DatasetSource
from benchmark.store.atomic import write_bytes, write_json


class UnusableImageError(InputError):
    """Bytes that are no image, or one that is too small or too large."""


def keep_image(data: bytes, name: str, pinned: str = "") -> str:
    """Keeps an image file in the data directory.

    Args:
        data: Its bytes.
        name: Name of the image in errors.
        pinned: Hash of the pixels of the image that is expected, if there is one; the hash from before colour
            profiles were applied is recognised too.

    Returns:
        Hash of its pixels, under which it is kept: the pinned one, if it is that image.

    Raises:
        UnusableImageError: It cannot be used.
        InputError: It cannot be written.
    """
    try:
        found = pixels_sha256(decode_image(data, name))
        if pinned and found != pinned and holds_pixels(data, pinned):
            found = pinned
    except InputError as error:
        raise UnusableImageError(str(error)) from error
    if not is_kept(found):
        write_bytes(kept_image(found), data)
    return found


def is_kept(sha256: str) -> bool:
    """Returns whether an intact image with these pixels is in the data directory.

    Args:
        sha256: Hash of its pixels.
    """
    try:
        return holds_pixels(kept_image(sha256), sha256)
    except InputError:
        return False


class KeptRows:
    """Remembers which kept image each row of a data set is, so that no row is fetched twice.

    Args:
        dataset: The data set.
        revision: Sha of its revision; without one nothing is remembered.
    """

    def __init__(self, dataset: DatasetSource, revision: str) -> None:
        identity = (dataset.name, dataset.configuration, dataset.split, dataset.columns.image, revision)
        self._file = kept_rows(json.dumps(identity)) if revision else None
        self._rows = self._read()

    def known(self, row: int) -> str | None:
        """Returns the hash of the pixels of a row whose image is kept, else ``None``."""
        found = self._rows.get(str(row))
        return found if found is not None and is_kept(found) else None

    def add(self, row: int, sha256: str) -> None:
        """Remembers a row.

        Raises:
            InputError: It cannot be written.
        """
        self._rows[str(row)] = sha256
        if self._file is not None:
            write_json(self._file, self._rows)

    def _read(self) -> dict[str, str]:
        try:
            rows: Any = json.loads(self._file.read_text(encoding="utf-8")) if self._file is not None else {}
        except (OSError, ValueError):
            return {}
        sound = isinstance(rows, dict) and all(re.fullmatch(r"[0-9a-f]{64}", str(value)) for value in rows.values())
        return rows if sound else {}
