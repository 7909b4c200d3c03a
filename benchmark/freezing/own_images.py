"""Makes a protocol of a user's own images."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from benchmark.errors import InputError
from benchmark.freezing.labels import slug
from benchmark.freezing.lock import lock_table, write_lock
from benchmark.images import open_image, pixels_sha256
from benchmark.protocol.case import Content, Style
from benchmark.protocol.frozen import PROTOCOL_FILES
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol
from benchmark.protocol.recipe import Recipe
from benchmark.suggestion import suggest

FILE_COLUMN: Final = "file"
STYLE_COLUMNS: Final = tuple(
    field.name for field in fields(Style) if field.name not in {"id", "image", "sha256", "pixels_sha256"}
)
_LARGEST_TABLE: Final = 16 << 20


@dataclass(frozen=True)
class OwnImages:
    """Where the images are.

    Attributes:
        contents: Folder of photographs.
        styles: Folder of style images.
        prompts: CSV table with the columns ``file`` and ``prompt`` and any others of a style, or ``None``.
    """

    contents: Path
    styles: Path
    prompts: Path | None = None


def new_protocol(
    images: OwnImages, folder: Path, name: str, like: Recipe | Protocol, resolution: int | None = None
) -> Protocol:
    """Makes a folder with copies of the images and a lock that pins their pixels.

    Args:
        images: Where the images are.
        folder: The folder to make; it must be empty or not exist.
        name: Name of the protocol.
        like: The protocol to take networks, fixed settings and resolution from.
        resolution: Another resolution, in pixels.

    Raises:
        InputError: An image or the table cannot be used, two files would get the same name, or the folder cannot be
            written.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(f"{folder} exists already; name a folder that does not")
    contents, styles = _image_files(images.contents), _image_files(images.styles)
    facts = _read_table(images.prompts, styles) if images.prompts is not None else {}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            made = Path(temporary) / "protocol"
            table = lock_table(
                like,
                [Content(**_copy(file, made / "contents" / key)) for key, file in contents.items()],
                [Style(**_copy(file, made / "styles" / key) | facts.get(key, {})) for key, file in styles.items()],
                folder=made,
                name=name,
                version="1",
                title=_readable(folder.name),
                description=f"{len(contents)} contents × {len(styles)} styles from folders.",
                resolution=resolution or like.resolution,
            )
            write_lock(made / PROTOCOL_FILES[0], table)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
    return read_protocol(folder / PROTOCOL_FILES[0])


def _copy(file: Path, target: Path) -> dict[str, Any]:
    """Copies an image and returns what its protocol says of it."""
    sha256 = pixels_sha256(open_image(file))
    suffix = file.suffix.lower()
    copy = target.with_name(target.name + (suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""))
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, copy)
    return {"id": target.name, "image": copy, "pixels_sha256": sha256, "title": _readable(file.stem)}


def _readable(name: str) -> str:
    """The name of a file as text, whatever bytes it is made of."""
    return name.encode("utf-8", "replace").decode()


def _image_files(folder: Path) -> dict[str, Path]:
    """The files of a folder, in alphabetical order, by the names that they get in the protocol."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise InputError(f"cannot read folder {folder}: {error.strerror}") from error
    files: dict[str, Path] = {}
    for entry in entries:
        if not entry.is_file():
            raise InputError(f"{entry} is no image file; put the images themselves into {folder}")
        name = slug(entry.stem)
        if not name:
            raise InputError(f"no name can be made of {entry}; rename it with letters and digits")
        if name in files:
            raise InputError(f"{files[name]} and {entry} would both be named {name}; rename one")
        files[name] = entry
    if not files:
        raise InputError(f"folder {folder} holds no images")
    return files


def _read_table(path: Path, styles: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """The facts about styles that stand in a CSV table, by the names of the styles."""
    names = {file.name: name for name, file in styles.items()}
    facts: dict[str, dict[str, str]] = {}
    try:
        if path.stat().st_size > _LARGEST_TABLE:
            raise InputError(f"{path} is larger than {_LARGEST_TABLE >> 20} MB: it is no table of prompts")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            columns = rows.fieldnames or []
            for needed in (FILE_COLUMN, "prompt"):
                if needed not in columns:
                    raise InputError(f"{path}: the first line must name the columns, and {needed!r} is not among them")
            for column in columns:
                if column not in (FILE_COLUMN, *STYLE_COLUMNS):
                    raise InputError(f"{path}: unknown column {column!r}{suggest(column, STYLE_COLUMNS)}")
            for row in rows:
                where = f"{path} line {rows.line_num}"
                if None in row or None in row.values():
                    raise InputError(f"{where}: {len(columns)} cells are expected, as in the first line")
                name = names.get(row[FILE_COLUMN])
                if name is None:
                    raise InputError(f"{where}: no style image {row[FILE_COLUMN]!r}{suggest(row[FILE_COLUMN], names)}")
                if name in facts:
                    raise InputError(f"{where}: {row[FILE_COLUMN]} occurs twice")
                facts[name] = {column: row[column].strip() for column in STYLE_COLUMNS if row.get(column, "").strip()}
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is no CSV table in UTF-8: {error}") from error
    return facts
