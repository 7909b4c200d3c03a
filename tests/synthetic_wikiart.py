"""A data set with the schema of huggan/wikiart: noise for paintings, real names for labels, several parquet files."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

MOVEMENTS = [
    "Abstract_Expressionism",
    "Action_painting",
    "Analytical_Cubism",
    "Art_Nouveau",
    "Baroque",
    "Color_Field_Painting",
    "Contemporary_Realism",
    "Cubism",
    "Early_Renaissance",
    "Expressionism",
    "Fauvism",
    "High_Renaissance",
    "Impressionism",
    "Mannerism_Late_Renaissance",
    "Minimalism",
    "Naive_Art_Primitivism",
    "New_Realism",
    "Northern_Renaissance",
    "Pointillism",
    "Pop_Art",
    "Post_Impressionism",
    "Realism",
    "Rococo",
    "Romanticism",
    "Symbolism",
    "Synthetic_Cubism",
    "Ukiyo_e",
]
ARTISTS = [
    "Unknown Artist",
    "claude-monet",
    "vincent-van-gogh",
    *(f"painter-{letter}" for letter in "abcdefghijklmnop"),
]
GENRES = ["abstract_painting", "landscape", "portrait", "still_life", "Unknown Genre"]


@dataclass(frozen=True)
class SyntheticWikiArt:
    """The size and the layout of a synthetic data set.

    Attributes:
        shards: Number of parquet files.
        groups: Row groups in each.
        group_rows: Rows in each group.
        side: Side of the pictures, in pixels.
    """

    shards: int = 3
    groups: int = 2
    group_rows: int = 27
    side: int = 32

    @property
    def rows(self) -> int:
        return self.shards * self.groups * self.group_rows

    def features(self) -> Any:
        import datasets

        labels = {"artist": ARTISTS, "genre": GENRES, "style": MOVEMENTS}
        classes = {column: datasets.ClassLabel(names=names) for column, names in labels.items()}
        return datasets.Features(image=datasets.Image(), **classes)

    def row(self, number: int) -> dict[str, Any]:
        """A row; the movements lie together, as in the real data set."""
        return {
            "image": {"bytes": picture(number, self.side), "path": None},
            "artist": number * 7 % len(ARTISTS),
            "genre": number * 5 % len(GENRES),
            "style": number * len(MOVEMENTS) // self.rows,
        }

    def load(self, change: Callable[[int, dict[str, Any]], dict[str, Any]] | None = None) -> Any:
        """The whole data set, each row of which may be changed."""
        import datasets

        rows = (self.row(number) for number in range(self.rows))
        changed = [change(number, row) if change else row for number, row in enumerate(rows)]
        return datasets.Dataset.from_list(changed, features=self.features())

    def write(self, folder: Path, change: Callable[[int, dict[str, Any]], dict[str, Any]] | None = None) -> Path:
        """Writes the parquet files as they lie on the hub, and returns the folder."""
        whole = self.load(change)
        (folder / "data").mkdir(parents=True)
        (folder / "README.md").write_text("---\nlicense: unknown\n---\n")
        size = self.groups * self.group_rows
        for shard in range(self.shards):
            path = folder / "data" / f"train-{shard:05d}-of-{self.shards:05d}.parquet"
            whole.select(range(shard * size, (shard + 1) * size)).to_parquet(path, batch_size=self.group_rows)
        return folder


def picture(number: int, side: int) -> bytes:
    """A JPEG file of noise."""
    pixels = np.random.default_rng(number).integers(0, 256, (side, side + number % 3, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()
