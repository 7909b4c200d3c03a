"""Makes a protocol of a user's own images."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.file_names import file_stem
from benchmark.freezing.labels import slug
from benchmark.freezing.lock import lock_table, write_lock
from benchmark.images import open_image, pixels_sha256
from benchmark.protocol.case import Content, Style
from benchmark.protocol.frozen import PROTOCOL_FILES
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol
from benchmark.protocol.recipe import Recipe
from benchmark.suggestion import suggest
from benchmark.text_files import file_key, read_table
from benchmark.wording import format_count

FILE_COLUMN: Final = "file"
STYLE_COLUMNS: Final = tuple(
    field.name for field in fields(Style) if field.name not in {"id", "image", "sha256", "pixels_sha256"}
)
_DEBRIS: Final = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir"})
"""Files that systems leave in folders of pictures, besides those whose names begin with a dot; in lower case."""
_COMPANIONS: Final = {
    ".caption": "a caption",
    ".csv": "a table",
    ".htm": "a web page",
    ".html": "a web page",
    ".json": "a JSON file",
    ".jsonl": "a JSON file",
    ".md": "a text file",
    ".toml": "a TOML file",
    ".tsv": "a table",
    ".txt": "a text file",
    ".xml": "an XML file",
    ".xmp": "metadata of a picture",
    ".yaml": "a YAML file",
    ".yml": "a YAML file",
}
"""Files that people keep beside their pictures, and that nobody means as one, by their suffixes."""
_DIGITS: Final = 8
_LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class OwnImages:
    """Places of a user's images.

    Attributes:
        contents: Folder of photographs.
        styles: Folder of style images.
        prompts: Table with the columns ``file`` and ``prompt``, and any other facts about a style, or ``None``.
    """

    contents: Path
    styles: Path
    prompts: Path | None = None


def new_protocol(
    images: OwnImages,
    folder: Path,
    name: str,
    like: Recipe | Protocol,
    resolution: int | None = None,
    *,
    note: Callable[[str], None],
) -> Protocol:
    """Makes a folder with copies of the images and a lock that pins their pixels.

    Args:
        images: Places of the images.
        folder: The folder to make; it must be empty or not exist.
        name: Name of the protocol.
        like: The protocol to take networks, fixed settings and resolution from.
        resolution: Resolution in pixels that replaces the one of ``like``.
        note: Called with one line about files that are passed over.

    Raises:
        InputError: An image or the table cannot be used, or the folder cannot be written.
    """
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise InputError(f"{folder} exists already; name a folder that does not")
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
    contents, styles = _image_files(images.contents, note), _image_files(images.styles, note)
    facts = _read_table(images.prompts, styles) if images.prompts is not None else {}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".protocol-") as temporary:
            made = Path(temporary) / "protocol"
            table = lock_table(
                like,
                [Content(**_copy(file, made / "contents" / key)) for key, file in contents.items()],
                [Style(**_copy(file, made / "styles" / key) | facts.get(key, {})) for key, file in styles.items()],
                folder=made,
                name=name,
                version="1",
                title=printable(folder.absolute().name),
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
    """Copies an image and returns its facts for the protocol."""
    sha256 = pixels_sha256(open_image(file))
    suffix = file.suffix.lower()
    copy = target.with_name(target.name + (suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""))
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, copy)
    return {"id": target.name, "image": copy, "pixels_sha256": sha256, "title": printable(file.stem)}


def name_of(text: str, fallback: str) -> str:
    """Makes a name for a protocol, a content or a style from a text, of letters, digits and ``_``.

    Where nothing of the text is left (as of one in Chinese), or Windows allows no file of that name, the name gets a
    hash of the text.

    Args:
        text: The text.
        fallback: Beginning of the name if nothing of the text is left.
    """
    name = slug(text)
    return name if name and file_stem(name) == name else _hashed(name or fallback, text)


def _hashed(name: str, text: str) -> str:
    digits = hashlib.sha256(file_key(text).encode()).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST_NAME - _DIGITS - 1].rstrip('_')}_{digits}"


def _image_files(folder: Path, note: Callable[[str], None]) -> dict[str, Path]:
    """Finds the pictures of a folder, in alphabetical order, by the names that they get in the protocol.

    A name depends on the name of its file alone, except where several files would get the same one: they all get a
    hash at the end.
    """
    try:
        entries = sorted(entry for entry in folder.iterdir() if not _is_debris(entry.name))
    except OSError as error:
        raise InputError(f"cannot read folder {folder}: {error.strerror}") from error
    pictures = [entry for entry in entries if not _is_companion(entry)]
    for entry in pictures:
        _refuse_other_than_file(entry, folder)
    if len(pictures) < len(entries):
        note(_companions_words(folder, [entry for entry in entries if entry not in set(pictures)]))
    if not pictures:
        raise InputError(f"folder {folder} holds no images")
    names = {entry: name_of(entry.stem, "image") for entry in pictures}
    shared = {name for name, times in Counter(names.values()).items() if times > 1}
    files: dict[str, Path] = {}
    for entry, name in names.items():
        unique = _hashed(name, entry.name) if name in shared else name
        if unique in files:
            raise InputError(f"{files[unique]} and {entry} are called the same, in two spellings; rename one")
        files[unique] = entry
    return files


def _is_debris(name: str) -> bool:
    return name.startswith(".") or name.lower() in _DEBRIS


def _is_companion(entry: Path) -> bool:
    return entry.suffix.lower() in _COMPANIONS and entry.is_file()


def _companions_words(folder: Path, companions: Sequence[Path]) -> str:
    first, *others = companions
    more = f" and {format_count(len(others), 'other file')}" if others else ""
    return (
        f"{folder}: passed over {first.name}{more}: no picture but {_COMPANIONS[first.suffix.lower()]};"
        " prompts are read from a table that --prompts names"
    )


def _refuse_other_than_file(entry: Path, folder: Path) -> None:
    if entry.is_file():
        return
    if entry.is_dir():
        raise InputError(f"{entry} is a folder; put the images themselves into {folder}")
    if entry.is_symlink():
        raise InputError(
            f"{entry} is a link that leads nowhere: to {entry.readlink()}; put the image there, or remove the link"
        )
    raise InputError(f"{entry} is no file; remove it from {folder}")


def _read_table(path: Path, styles: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """Reads facts about styles from a table, by the names of the styles."""
    names: dict[str, list[str]] = {}
    for name, file in styles.items():
        names.setdefault(file_key(file.name), []).append(name)
    facts: dict[str, dict[str, str]] = {}
    for row in read_table(path, "table", needed=(FILE_COLUMN, "prompt"), others=STYLE_COLUMNS):
        where = f"table {path} line {row.line}"
        named = row.cells.get(FILE_COLUMN)
        if named is None:
            raise InputError(f"{where}: no {FILE_COLUMN} is named")
        found = names.get(file_key(named), [])
        if not found:
            raise InputError(f"{where}: no style image {named!r}{suggest(named, names)}")
        if len(found) > 1:
            raise InputError(f"{where}: {len(found)} style images are called {named}, in several spellings; rename one")
        if found[0] in facts:
            raise InputError(f"{where}: {named} occurs twice")
        facts[found[0]] = {column: row.cells[column] for column in STYLE_COLUMNS if column in row.cells}
    return facts
