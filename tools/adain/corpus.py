"""Pictures for training the embedded models: loading, leaving out the held-out ones, cropping."""

from __future__ import annotations

import colorsys
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from tools.qt_resources import read_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
LARGEST_SIDE: Final = 640
SMALLEST_SIDE: Final = 192
SAME_PICTURE_CORRELATION: Final = 0.9
"""Two pictures whose 16 x 16 thumbnails correlate more than this are taken for the same."""

PIECES_OF_PICTURES: Final = frozenset({"paintings.rcc", "babyshapes.rcc", "details.rcc"})
"""Resources left out: puzzle pieces cut from paintings, held-out ones among them, which no thumbnail would reveal."""

PLAIN_DEVIATION: Final = 12.0
"""Pictures that vary less (standard deviation of the grey values, 0-255) teach nothing."""


@dataclass(frozen=True)
class Picture:
    """A named RGB picture in memory."""

    name: str
    image: Image.Image


@dataclass(frozen=True)
class Corpus:
    """The training pictures: photographs, paintings, and further pictures drawn less often."""

    photos: tuple[Picture, ...]
    paintings: tuple[Picture, ...]
    extras: tuple[Picture, ...]


def load_folder(folder: Path) -> list[Picture]:
    """Load the pictures of a folder (not its subfolders), shrunk to at most `LARGEST_SIDE`, sorted by name."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    return [Picture(file.stem, _open(file.read_bytes())) for file in files]


def load_corpus(folder: Path, extra_folders: Sequence[Path], excluded: frozenset[str]) -> Corpus:
    """Load `photos/` and `paintings/` of a folder and every usable picture under the extra folders.

    Args:
        folder: Holds `photos/` and `paintings/`.
        extra_folders: Searched for picture files and compiled Qt resources (.rcc); transparent ones get a background.
        excluded: Names of `folder`'s pictures to leave out. Extra pictures that look like them are left out too.

    Raises:
        ValueError: If an excluded name is not there, which would let a held-out picture slip in unnoticed.
    """
    photos, paintings = load_folder(folder / "photos"), load_folder(folder / "paintings")
    missing = excluded - {picture.name for picture in (*photos, *paintings)}
    if missing:
        raise ValueError(f"no such pictures in {folder}: {', '.join(sorted(missing))}")
    barred = [_thumbnail(picture.image) for picture in (*photos, *paintings) if picture.name in excluded]
    extras: list[Picture] = []
    seen = list(barred)
    for picture in _find_pictures(extra_folders):
        thumbnail = _thumbnail(picture.image)
        if all(float(thumbnail @ other) < SAME_PICTURE_CORRELATION for other in seen):
            extras.append(picture)
            seen.append(thumbnail)
    return Corpus(
        photos=tuple(picture for picture in photos if picture.name not in excluded),
        paintings=tuple(picture for picture in paintings if picture.name not in excluded),
        extras=tuple(extras),
    )


def draw_crop(picture: Picture, size: int, random: np.random.Generator, recoloured_share: float) -> Tensor:
    """Cut a random square out of a randomly scaled, flipped and, in that share of cases, recoloured picture.

    Returns:
        RGB in [0, 1], `3 x size x size`.
    """
    image = picture.image
    shorter = min(image.size)
    side = float(np.clip(shorter / np.exp(random.uniform(0.05, 0.95)), min(size, shorter), shorter))
    left, top = random.uniform(0, image.width - side), random.uniform(0, image.height - side)
    crop = image.resize(
        (size, size), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side), reducing_gap=2
    )
    if random.random() < 0.5:
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    values = np.asarray(crop, dtype=np.float32) / 255
    if random.random() < recoloured_share:
        values = _recolour(values, random)
    return torch.from_numpy(values).permute(2, 0, 1)


def fit_square(picture: Picture, size: int) -> Tensor:
    """Scale the shorter side to `size` and cut the central square: RGB in [0, 1], `3 x size x size`."""
    image = picture.image
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    square = image.resize((size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))
    return torch.from_numpy(np.asarray(square, dtype=np.float32) / 255).permute(2, 0, 1)


def _recolour(values: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    if random.random() < 0.35:
        values = values[..., random.permutation(3)]
    grey = values.mean(axis=-1, keepdims=True)
    values = grey + (values - grey) * random.uniform(0.4, 1.6)
    tint = np.asarray(colorsys.hsv_to_rgb(random.random(), random.uniform(0, 0.3), 1.0))
    values = np.clip(values * tint, 0, 1) ** random.uniform(0.7, 1.5)
    recoloured: NDArray[np.float32] = np.clip(values, 0, 1).astype(np.float32)
    return recoloured


def _find_pictures(folders: Sequence[Path]) -> Iterator[Picture]:
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            if file.suffix == ".rcc" and file.name not in PIECES_OF_PICTURES:
                for resource in read_resources(file):
                    if Path(resource.path).suffix.lower() in SUFFIXES:
                        yield from _usable(f"{file.stem}{resource.path}", resource.content)
            elif file.suffix.lower() in SUFFIXES:
                yield from _usable(str(file.relative_to(folder)), file.read_bytes())


def _usable(name: str, content: bytes) -> Iterator[Picture]:
    try:
        image = _open(content)
    except (UnidentifiedImageError, OSError):
        return
    if min(image.size) >= SMALLEST_SIDE and np.asarray(image.convert("L")).std() > PLAIN_DEVIATION:
        yield Picture(name, image)


def _open(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as opened:
        image: Image.Image = opened
        if "A" in image.getbands() or "transparency" in image.info:
            image = image.convert("RGBA")
            ground = Image.new("RGBA", image.size, (*_ground_colour(content), 255))
            image = Image.alpha_composite(ground, image)
        image = image.convert("RGB")
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    return image


def _ground_colour(content: bytes) -> tuple[int, int, int]:
    red, green, blue = np.random.default_rng(len(content)).integers(60, 256, size=3)
    return int(red), int(green), int(blue)


def _thumbnail(image: Image.Image) -> NDArray[np.float64]:
    values = np.asarray(image.convert("L").resize((16, 16), Image.Resampling.BOX), dtype=np.float64).ravel()
    values = values - values.mean()
    unit: NDArray[np.float64] = values / (np.linalg.norm(values) or 1.0)
    return unit
