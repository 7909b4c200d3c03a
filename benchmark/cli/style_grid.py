"""The grid of mixes between two to four styles: one picture, with a style alone in each corner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from benchmark.cli.targets import try_output_folder
from benchmark.errors import InputError
from benchmark.escaping import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

FEWEST_STYLES: Final = 2
MOST_STYLES: Final = 4
_TRIANGLE: Final = 3
_GAP: Final = 0.02
"""Space between tiles, as a share of their longer side."""
_LONGEST_SIDES: Final = {".jpg": 65500, ".jpeg": 65500, ".webp": 16383}
"""The most pixels a side that files of a format can hold."""


@dataclass(frozen=True)
class GridTile:
    """A picture of the grid.

    Attributes:
        row: Its row, from 0 at the top.
        column: Its place in the row, from 0.
        left: Where it begins, in tiles from the left edge.
        weights: Share of each style; they sum to 1.
    """

    row: int
    column: int
    left: float
    weights: tuple[float, ...]


def style_grid(styles: int, side: int) -> tuple[GridTile, ...]:
    """Lays out the grid: a row for two styles, a triangle for three (the first on top), a square for four.

    Shares are linear between the corners: of a triangle barycentric, of a square bilinear.

    Args:
        styles: Number of styles, 2 … 4.
        side: Number of tiles from corner to corner, at least 2.
    """
    last = side - 1
    if styles == FEWEST_STYLES:
        return tuple(GridTile(0, place, place, (1 - place / last, place / last)) for place in range(side))
    if styles == _TRIANGLE:
        places = [(row, column) for row in range(side) for column in range(row + 1)]
        return tuple(
            GridTile(
                row,
                column,
                left=(last - row) / 2 + column,
                weights=((last - row) / last, (row - column) / last, column / last),
            )
            for row, column in places
        )
    places = [(row, column) for row in range(side) for column in range(side)]
    return tuple(
        GridTile(
            row, column, column, tuple(down * across for down in _ends(row / last) for across in _ends(column / last))
        )
        for row, column in places
    )


def _ends(share: float) -> tuple[float, float]:
    return 1 - share, share


@dataclass(frozen=True)
class GridLayout:
    """Where the tiles of a grid lie, in pixels.

    Attributes:
        tiles: The tiles.
        tile_height: Height of each.
        tile_width: Width of each.
    """

    tiles: tuple[GridTile, ...]
    tile_height: int
    tile_width: int

    @property
    def gap(self) -> int:
        """Space between two tiles."""
        return max(1, round(_GAP * max(self.tile_height, self.tile_width)))

    @property
    def height(self) -> int:
        """Height of the whole picture."""
        return (1 + max(tile.row for tile in self.tiles)) * (self.tile_height + self.gap) - self.gap

    @property
    def width(self) -> int:
        """Width of the whole picture."""
        return round((1 + max(tile.left for tile in self.tiles)) * (self.tile_width + self.gap)) - self.gap

    def corner(self, tile: GridTile) -> tuple[int, int]:
        """Returns the top and the left edge of a tile."""
        return tile.row * (self.tile_height + self.gap), round(tile.left * (self.tile_width + self.gap))


def refuse_grid(styles: int, weights: Sequence[float], explanation: Path | None, *, is_single: bool) -> None:
    """Refuses what does not go with a grid.

    Raises:
        InputError: There are not two to four styles, or several contents, or options that say otherwise.
    """
    if not FEWEST_STYLES <= styles <= MOST_STYLES:
        raise InputError(f"--grid lays {FEWEST_STYLES} to {MOST_STYLES} styles in its corners, not {styles}")
    if not is_single:
        raise InputError("--grid is made of one picture; name one CONTENT")
    if weights:
        raise InputError("--grid gives the styles their shares; leave --weight out")
    if explanation is not None:
        raise InputError("--grid makes many pictures, and --explain explains one; leave one of them out")


def refuse_large_grid(styles: int, side: int, content: Path, size: int, target: Path) -> None:
    """Refuses a grid whose picture would be larger than images may be, or than its format can hold.

    Args:
        styles: Number of styles.
        side: Number of tiles from corner to corner.
        content: File of the content; one that cannot be read is left to whoever reads it.
        size: The longer side to which a larger content is scaled down, in pixels.
        target: File of the grid.

    Raises:
        InputError: It would be.
    """
    from benchmark.images import MAXIMUM_PIXELS, image_size

    found = image_size(content)
    if found is None:
        return
    scale = min(1, size / max(found))
    width, height = (max(1, round(scale * length)) for length in found)
    grid = GridLayout(style_grid(styles, side), height, width)
    longest = _LONGEST_SIDES.get(target.suffix.lower(), MAXIMUM_PIXELS)
    if grid.width * grid.height > MAXIMUM_PIXELS:
        limit = f"{MAXIMUM_PIXELS // 10**6} megapixels"
    elif max(grid.width, grid.height) > longest:
        limit = f"the {longest} pixels a side of {target.suffix} files"
    else:
        return
    raise InputError(
        f"--grid {side} of tiles of {width}×{height} would be {grid.width}×{grid.height} pixels, larger than {limit}; "
        "choose a smaller --size or --grid"
    )


def tiles_folder(target: Path) -> Path:
    """Returns the folder of the tiles of a grid, after trying that it can be written.

    Args:
        target: The file of the grid.

    Raises:
        InputError: It cannot be written.
    """
    folder = target.with_name(f"{target.stem}_tiles")
    try_output_folder(folder)
    return folder


def write_grid(
    tiles: Sequence[GridTile], make: Callable[[tuple[float, ...]], Tensor], target: Path, folder: Path
) -> None:
    """Makes the tiles, each written as soon as it is made, and the picture of all of them.

    Args:
        tiles: The tiles.
        make: Makes the picture of some shares, 3×H×W in [0, 1].
        target: File of the grid.
        folder: Folder of the tiles.
    """
    import numpy as np

    from benchmark.images import encode_levels, to_levels
    from benchmark.store.atomic import write_bytes

    canvas: NDArray[np.uint8] | None = None
    for tile in tiles:
        picture = to_levels(make(tile.weights))
        write_bytes(folder / f"{tile.row + 1}-{tile.column + 1}.png", encode_levels(picture, ".png"))
        height, width, _ = picture.shape
        layout = GridLayout(tuple(tiles), height, width)
        if canvas is None:
            canvas = np.full((layout.height, layout.width, 3), 255, np.uint8)
        top, left = layout.corner(tile)
        canvas[top : top + height, left : left + width] = picture
    if canvas is not None:
        write_bytes(target, encode_levels(canvas, target.suffix))
        click.echo(f"{printable(target)} ({len(tiles)} tiles in {printable(folder)})")
