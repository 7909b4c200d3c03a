"""Draws the styles of a recipe from its data set, and gets the images of a lock again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Final

from benchmark.errors import InputError
from benchmark.freezing.kept_images import KeptRows, UnusableImageError, is_kept, keep_image
from benchmark.freezing.labels import slug
from benchmark.freezing.lock import lock_table, write_lock
from benchmark.freezing.observer import FreezeObserver
from benchmark.freezing.prompt_composition import artist_words, compose_prompt, genre_words, movement_words
from benchmark.freezing.row_selection import RULE_VERSION, select_rows
from benchmark.freezing.works import Works
from benchmark.prompts import is_blank
from benchmark.protocol.case import Content, Style
from benchmark.protocol.data_directory import kept_image, kept_lock
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import DatasetSource, Origin, Recipe

_LARGEST_NUMBER_OF_UNUSABLE: Final = 20


@dataclass(frozen=True)
class _Labels:
    """The labels of all rows; the lists of columns that the data set does not have hold empty strings."""

    movement: list[str]
    artist: list[str]
    genre: list[str]
    title: list[str]
    year: list[str]
    prompt: list[str]


def freeze(recipe: Recipe, works: Works, observer: FreezeObserver) -> Protocol:
    """Draws the styles of a recipe, keeps all images in the data directory and writes the lock there.

    Args:
        recipe: The recipe.
        works: Its data set.
        observer: Is told about the progress.

    Raises:
        InputError: The data set cannot be read, has too few usable works, or something cannot be written.
    """
    dataset = recipe.dataset
    contents = [_kept_content(content) for content in recipe.contents]
    labels = _read_labels(dataset, works, observer)
    drawn, unusable = _draw(dataset, works, labels, observer)
    styles = [_style(dataset, labels, row, sha256) for row, sha256 in drawn.items()]
    rows = {style.id: row for style, row in zip(styles, drawn, strict=True)}
    origin = Origin(dataset, works.revision, RULE_VERSION, rows, tuple(sorted(unusable)))
    return write_lock(kept_lock(recipe.name), lock_table(recipe, contents, styles, origin=origin))


def fetch_locked(
    protocol: Protocol, contents: Iterable[Content], works: Callable[[Origin], Works], observer: FreezeObserver
) -> None:
    """Gets the images of a lock that are not on this machine: exactly its rows, at its revision.

    Args:
        protocol: The protocol of the lock.
        contents: Contents with the files in which its own are looked for.
        works: Opens its data set; called only if works are missing.
        observer: Is told about the progress.

    Raises:
        InputError: An image cannot be found, or is not the one that the lock pins.
    """
    pinned = {content.id: content.pixels_sha256 for content in protocol.contents}
    for content in contents:
        _kept_content(content, pinned.get(content.id, ""))
    missing = {
        style.id: style
        for style in protocol.styles
        if style.image == kept_image(style.pixels_sha256) and not is_kept(style.pixels_sha256)
    }
    if missing and protocol.origin is None:
        raise InputError(f"protocol {protocol.name} does not say where the images of {', '.join(missing)} come from")
    if missing and protocol.origin is not None:
        _fetch_rows(protocol.origin, missing, works(protocol.origin), observer)
    for problem in protocol.wrong_images().values():
        raise InputError(problem)


def _fetch_rows(origin: Origin, styles: dict[str, Style], works: Works, observer: FreezeObserver) -> None:
    by_row = {origin.rows[identifier]: style for identifier, style in styles.items()}
    known, others = KeptRows(origin.dataset, works.revision), []
    for number, (row, data) in enumerate(works.images(origin.dataset.columns.image, by_row), start=1):
        style = by_row[row]
        found = keep_image(data, f"row {row} of {works.origin}", style.pixels_sha256)
        known.add(row, found)
        observer.step("images", number, len(by_row))
        if found != style.pixels_sha256:
            others.append(f"style {style.id} (row {row})")
    if others:
        raise InputError(
            f"{works.origin} holds other images than the lock for {', '.join(others)};"
            " use the revision or the copy that it was made from"
        )


def _read_labels(dataset: DatasetSource, works: Works, observer: FreezeObserver) -> _Labels:
    names = {field.name: getattr(dataset.columns, field.name) for field in fields(_Labels)}
    columns = [column for column in dict.fromkeys(names.values()) if column]
    if not columns:
        raise InputError(f"no column of {dataset.name} is named for labels; name one at least, such as prompt")
    found = works.labels(columns, observer)
    rows = len(found[columns[0]])
    observer.note(f"{works.origin} has {rows} works")
    return _Labels(**{name: found[column] if column else [""] * rows for name, column in names.items()})


def _draw(
    dataset: DatasetSource, works: Works, labels: _Labels, observer: FreezeObserver
) -> tuple[dict[int, str], set[int]]:
    """Draws rows; returns them with the hashes of their pixels, and the rows that had to be passed over."""
    unusable: set[int] = set()
    known = KeptRows(dataset, works.revision)
    hashes: dict[int, str] = {}
    while True:
        rows = select_rows(labels.movement, labels.artist, dataset.paintings, dataset.seed, unusable)
        if len(rows) < dataset.paintings:
            raise InputError(f"{works.origin} has {len(rows)} usable works, the recipe draws {dataset.paintings}")
        hashes |= {row: sha256 for row in rows if row not in hashes and (sha256 := known.known(row))}
        missing = [row for row in rows if row not in hashes]
        if not missing:
            return {row: hashes[row] for row in rows}, unusable
        for number, (row, data) in enumerate(works.images(dataset.columns.image, missing), start=1):
            try:
                hashes[row] = keep_image(data, f"row {row} of {works.origin}")
                known.add(row, hashes[row])
            except UnusableImageError as error:
                observer.note(f"passed over: {error}")
                unusable.add(row)
                if len(unusable) > _LARGEST_NUMBER_OF_UNUSABLE:
                    raise InputError(f"too many images cannot be used, the last: {error}") from error
            observer.step("images", number, len(missing))


def _style(dataset: DatasetSource, labels: _Labels, row: int, sha256: str) -> Style:
    movement, genre = movement_words(labels.movement[row]), genre_words(labels.genre[row])
    artist = artist_words(labels.artist[row])
    return Style(
        id="_".join(filter(None, (slug(movement) or "row", str(row)))),
        image=kept_image(sha256),
        prompt=compose_prompt(movement, genre, artist) if is_blank(labels.prompt[row]) else labels.prompt[row],
        pixels_sha256=sha256,
        title=labels.title[row],
        artist=artist,
        movement=movement,
        genre=genre,
        year=labels.year[row],
        licence=dataset.licence,
        source=f"{dataset.name}, row {row}",
    )


def _kept_content(content: Content, pinned: str = "") -> Content:
    try:
        data = content.image.read_bytes()
    except OSError as error:
        raise InputError(f"content {content.id}: cannot read {content.image}: {error.strerror}") from error
    if content.sha256 and hashlib.sha256(data).hexdigest() != content.sha256:
        raise InputError(f"content {content.id} has changed: {content.image} is not the pinned file")
    sha256 = keep_image(data, str(content.image), pinned)
    return replace(content, image=kept_image(sha256), pixels_sha256=sha256)
