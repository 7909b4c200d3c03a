"""The pictures that ``SOURCES.csv`` lists, and who may see which."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tools.clip.data_files import read_table

_SPLITS = read_table("splits.toml")
TEST_PHOTOS: tuple[str, ...] = tuple(_SPLITS["test_photographs"])
"""Photographs that no training and no choice may use."""

VALIDATION_PHOTOS: tuple[str, ...] = tuple(_SPLITS["validation_photographs"])
"""Photographs by which recipes are chosen."""

HELD_OUT_PAINTINGS: tuple[str, ...] = tuple(_SPLITS["held_out_paintings"])
"""Paintings that are never shown or rendered in training; others of their movement are."""

_OBJECT_PHOTOGRAPHS = read_table("object_photographs.toml")
TEST_PHOTOGRAPHS: dict[str, str] = _OBJECT_PHOTOGRAPHS["test_photographs"]
"""Stem → subject of those of the test photographs that show one thing each."""

GCOMPRIS_PHOTOGRAPHS: dict[str, dict[str, str]] = _OBJECT_PHOTOGRAPHS["gcompris"]
"""Resource file → stem → subject of photographs of one thing each."""

_TEST_STAMP_SHARE, _VALIDATION_STAMP_SHARE = 0.4, 0.12
_LONGEST_SUBJECT = 2


class Split(StrEnum):
    """Use of a photograph: the training of one of the models, validation or test."""

    TINY = "clip-tiny"
    JUDGE = "clip-tiny-judge"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Photo:
    """A photograph: file stem, what it shows, file."""

    name: str
    subject: str
    path: Path


@dataclass(frozen=True)
class Painting:
    """A painting: file stem, artist and title as in the list of sources, file."""

    name: str
    artist: str
    title: str
    path: Path

    @property
    def surname(self) -> str:
        """Name by which the artist is usually called."""
        return {"Vincent van Gogh": "Van Gogh", "Leonardo da Vinci": "Leonardo"}.get(
            self.artist, self.artist.split()[-1]
        )

    @property
    def artist_key(self) -> str:
        """First part of the file stem."""
        return "van_gogh" if self.name.startswith("van_gogh") else self.name.split("_")[0]


@dataclass(frozen=True)
class CaptionedPicture:
    """A cut-out on a transparent ground: a stamp or clip art."""

    name: str
    caption: str
    path: Path
    split: Split | None
    """Test, validation, or none: to learn from."""

    @property
    def subject(self) -> str:
        """The caption without its article."""
        first, _, rest = self.caption.partition(" ")
        return rest if first in {"a", "an", "some", "the", "two"} and rest else self.caption

    @property
    def is_photograph(self) -> bool:
        """Whether it was cut from a photograph; nearly all stamps of these kinds were."""
        return self.name.startswith(("stamp_animals", "stamp_food", "stamp_plants"))


def read_pictures(folder: Path) -> tuple[list[Photo], list[Painting]]:
    """Read the photographs and the paintings to learn from, in a folder made by ``tools.clip.gather``."""
    photos = [Photo(path.stem, description.lower(), path) for path, description in _rows(folder, "photos")]
    paintings = [painting for painting in _paintings(folder) if painting.name not in HELD_OUT_PAINTINGS]
    return sorted(photos, key=lambda photo: photo.name), paintings


def read_held_out_paintings(folder: Path) -> list[Painting]:
    """The paintings that training never sees."""
    return [painting for painting in _paintings(folder) if painting.name in HELD_OUT_PAINTINGS]


def read_object_photographs(folder: Path) -> list[Photo]:
    """Photographs of one thing each that nothing is learnt from, by subject."""
    photos = [Photo(path.stem, subject, path) for path, subject in _rows(folder, "objects")]
    shown = {path.stem: path for path, _ in _rows(folder, "photos")}
    photos += [Photo(name, subject, shown[name]) for name, subject in TEST_PHOTOGRAPHS.items()]
    return sorted(photos, key=lambda photo: photo.subject)


def read_captioned(folder: Path) -> list[CaptionedPicture]:
    """All captioned cut-outs.

    Of the stamps that name one thing in at most two words, two fifths are for tests and an eighth for validation, by a
    hash of their name.
    """
    return [
        CaptionedPicture(path.stem, caption, path, _captioned_split(path.stem, caption))
        for path, caption in sorted(_rows(folder, "captioned"))
    ]


def _captioned_split(name: str, caption: str) -> Split | None:
    words = caption.split()
    names_one_thing = len(words) <= 1 + _LONGEST_SUBJECT and words[0] in {"a", "an"}
    if not (name.startswith("stamp_") and names_one_thing):
        return None
    chance = hashlib.sha256(name.encode()).digest()[0] / 256
    if chance < _TEST_STAMP_SHARE:
        return Split.TEST
    return Split.VALIDATION if chance < _TEST_STAMP_SHARE + _VALIDATION_STAMP_SHARE else None


def _paintings(folder: Path) -> list[Painting]:
    paintings = []
    for path, description in _rows(folder, "paintings"):
        artist, _, rest = description.partition(", ")
        title, _, year = rest.rpartition(", ")
        named = title if title and year[:2].isdigit() else rest
        paintings.append(Painting(path.stem, artist, named, path))
    return sorted(paintings, key=lambda painting: painting.name)


def _rows(folder: Path, kind: str) -> list[tuple[Path, str]]:
    with (folder / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        rows = [(folder / row["file"], row["description"]) for row in csv.DictReader(file)]
    return [(path, description) for path, description in rows if path.parent.name == kind]


def split_of(photos: list[Photo]) -> dict[str, Split]:
    """Test and validation as listed above; the others alternate between the two models."""
    splits: dict[str, Split] = {}
    turn = 0
    for photo in photos:
        if photo.name in TEST_PHOTOS:
            splits[photo.name] = Split.TEST
        elif photo.name in VALIDATION_PHOTOS:
            splits[photo.name] = Split.VALIDATION
        else:
            splits[photo.name] = (Split.TINY, Split.JUDGE)[turn % 2]
            turn += 1
    return splits
