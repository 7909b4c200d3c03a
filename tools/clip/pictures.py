"""The pictures to learn from, and who may see which."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import Image

from tools.clip.image_operations import Array, from_pil

TEST_PHOTOS = {
    "skimage_astronaut": "astronaut",
    "explore_monuments_montStMichel": "abbey",
    "explore_farm_animals_cat": "cat",
    "explore_world_animals_jaguar": "jaguar",
    "explore_monuments_colosseum": "colosseum",
    "skimage_coffee": "cup of coffee",
    "skimage_rocket": "rocket",
    "explore_farm_animals_dog": "dog",
    "erase_kingfisher": "bird",
    "explore_world_animals_lemur": "lemur",
    "explore_monuments_eiffelTower": "tower",
    "matplotlib_grace_hopper": "woman in uniform",
}
"""Photographs that no training and no choice may use, with the object to recognise."""

VALIDATION_PHOTOS = (
    "explore_world_animals_giraffe",
    "explore_monuments_neuschwansteinCastle",
    "erase_red_panda",
    "skimage_chelsea",
    "explore_world_music_orchestra",
    "explore_world_animals_crocodile",
)


class Split(StrEnum):
    """What a photograph is used for."""

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
        """What people call the artist."""
        return {"Vincent van Gogh": "Van Gogh", "Leonardo da Vinci": "Leonardo"}.get(
            self.artist, self.artist.split()[-1]
        )

    @property
    def artist_key(self) -> str:
        """First part of the file stem."""
        return "van_gogh" if self.name.startswith("van_gogh") else self.name.split("_")[0]


def read_pictures(folder: Path) -> tuple[list[Photo], list[Painting]]:
    """Read ``SOURCES.csv`` (columns ``file``, ``description``) of a folder with ``photos/`` and ``paintings/``."""
    photos, paintings = [], []
    with (folder / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = folder / row["file"]
            if path.parent.name == "photos":
                photos.append(Photo(path.stem, row["description"].lower(), path))
            else:
                artist, _, rest = row["description"].partition(", ")
                title, _, year = rest.rpartition(", ")
                named = title if title and year[:2].isdigit() else rest
                paintings.append(Painting(path.stem, artist, named, path))
    return sorted(photos, key=lambda photo: photo.name), sorted(paintings, key=lambda painting: painting.name)


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


def load_image(path: Path, longest_side: int = 768) -> Array:
    """Read a picture as H×W×3 in [0, 1]."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    return from_pil(picture)


def centre_square(image: Array, side: int) -> Array:
    """Centre crop, resized."""
    height, width = image.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    crop = Image.fromarray((image[top : top + edge, left : left + edge] * 255).round().astype("uint8"))
    return from_pil(crop.resize((side, side), Image.Resampling.LANCZOS))
