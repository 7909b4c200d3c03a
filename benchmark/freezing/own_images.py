"""Makes a protocol of a user's own images."""

from __future__ import annotations

import os
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
from benchmark.freezing.lock import lock_table, write_lock
from benchmark.freezing.names import hashed_name, name_of
from benchmark.freezing.pairs_table import read_pairs
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


@dataclass(frozen=True)
class OwnImages:
    """Places of a user's images: two folders, or a table of pairs, whose pictures may be in folders.

    Attributes:
        contents: Folder of photographs.
        styles: Folder of style images.
        prompts: Table with the columns ``file`` and ``prompt``, and any other facts about a style, or ``None``.
        pairs: Table with the columns ``content``, ``style`` and ``prompt``, or ``None``, where every content meets
            every style.
    """

    contents: Path | None
    styles: Path | None
    prompts: Path | None = None
    pairs: Path | None = None


@dataclass(frozen=True)
class _Chosen:
    """The images of a protocol by the names that they get in it, and the facts about its styles.

    Attributes:
        contents: The photographs.
        styles: The style images; ``None`` for a style that is a prompt only.
        facts: Facts about styles.
        description: What it is made of, in words.
        pairs: Names of the content and of the style of each pair, or ``None`` where all meet.
    """

    contents: Mapping[str, Path]
    styles: Mapping[str, Path | None]
    facts: Mapping[str, Mapping[str, str]]
    description: str
    pairs: Sequence[tuple[str, str]] | None = None


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
        InputError: An image or a table cannot be used, or the folder cannot be written.
    """
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise InputError(f"{folder} exists already; name a folder that does not")
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
    chosen = _from_folders(images, note) if images.pairs is None else _from_pairs(images, images.pairs, note)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".protocol-") as temporary:
            made = Path(temporary) / "protocol"
            copies = _Copies(made)
            table = lock_table(
                like,
                [Content(**copies.of(file, "contents", key)) for key, file in chosen.contents.items()],
                [
                    Style(**{"id": key, **copies.of(file, "styles", key), **chosen.facts.get(key, {})})
                    for key, file in chosen.styles.items()
                ],
                folder=made,
                name=name,
                version="1",
                title=printable(folder.absolute().name),
                description=chosen.description,
                resolution=resolution or like.resolution,
            )
            if chosen.pairs is not None:
                table["pairs"] = [{"content": content, "style": style} for content, style in chosen.pairs]
            write_lock(made / PROTOCOL_FILES[0], table)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
    return read_protocol(folder / PROTOCOL_FILES[0])


def _from_folders(images: OwnImages, note: Callable[[str], None]) -> _Chosen:
    if images.contents is None or images.styles is None:
        raise InputError("name the folders of both with --contents and --styles, or a table of pairs with --pairs")
    contents, styles = find_images(images.contents, note), find_images(images.styles, note)
    facts = read_facts_of_styles(images.prompts, styles) if images.prompts is not None else {}
    return _Chosen(contents, styles, facts, f"{len(contents)} contents × {len(styles)} styles from folders.")


def _from_pairs(images: OwnImages, path: Path, note: Callable[[str], None]) -> _Chosen:
    if images.prompts is not None:
        raise InputError("--prompts goes with folders; of --pairs, the prompts stand in the table itself")
    table = read_pairs(path, images.contents, images.styles)
    used = [file for file in (*table.contents.values(), *(style.image for style in table.styles.values())) if file]
    for folder in (images.contents, images.styles):
        if folder is not None and (left := _unused(folder, used)):
            note(f"{folder}: passed over {format_count(len(left), 'file')} that no pair names, such as {left[0]}")
    prompts = Counter(style.image for style in table.styles.values() if style.image)
    if shared := [file.name for file, times in prompts.items() if times > 1]:
        more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
        note(
            f"{shared[0]}{more}: one picture with several prompts makes several styles, which intervals take for"
            " independent of each other"
        )
    description = (
        f"{format_count(len(table.pairs), 'pair')} of {format_count(len(table.contents), 'content')} and"
        f" {format_count(len(table.styles), 'style')}."
    )
    return _Chosen(
        table.contents,
        {name: style.image for name, style in table.styles.items()},
        {name: {"prompt": style.prompt} for name, style in table.styles.items() if style.prompt},
        description,
        table.pairs,
    )


def _unused(folder: Path, used: Sequence[Path]) -> list[str]:
    """Returns the names of the pictures of a folder that are not used."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not _is_debris(entry.name) and entry.is_file())
    except OSError as error:
        raise InputError(f"cannot read folder {folder}: {error.strerror}") from error
    real = set(map(os.path.realpath, used))
    return [entry.name for entry in entries if not _is_companion(entry) and os.path.realpath(entry) not in real]


class _Copies:
    """Copies images into the folder of a protocol, each once.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, Path], dict[str, Any]] = {}

    def of(self, file: Path | None, kind: str, name: str) -> dict[str, Any]:
        """Returns the facts about the copy of an image for the protocol.

        Args:
            file: The image, or ``None`` where there is none.
            kind: Name of the folder inside: ``contents`` or ``styles``.
            name: Name of the content or style.
        """
        if file is None:
            return {"id": name}
        if (kind, file) not in self._made:
            self._made[kind, file] = _copy(file, self._folder / kind / name)
        return {**self._made[kind, file], "id": name}


def _copy(file: Path, target: Path) -> dict[str, Any]:
    """Copies an image and returns its facts for the protocol."""
    sha256 = pixels_sha256(open_image(file))
    suffix = file.suffix.lower()
    copy = target.with_name(target.name + (suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""))
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, copy)
    return {"id": target.name, "image": copy, "pixels_sha256": sha256, "title": printable(file.stem)}


def find_images(folder: Path, note: Callable[[str], None]) -> dict[str, Path]:
    """Finds the pictures of a folder, in alphabetical order, by the names that they get in a protocol.

    A name depends on the name of its file alone, except where several files would get the same one: they all get a
    hash at the end.

    Args:
        folder: The folder.
        note: Called with one line about files that are passed over.

    Raises:
        InputError: It cannot be read, holds no pictures, or something else.
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
        unique = hashed_name(name, entry.name) if name in shared else name
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


def read_facts_of_styles(path: Path, styles: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """Reads facts about styles from a table with the columns ``file`` and ``prompt``, by the names of the styles.

    Args:
        path: The table.
        styles: The style images by their names in the protocol.

    Raises:
        InputError: It cannot be read, or names a picture that is not there, or one twice.
    """
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
