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
    from torch import Tensor

FEWEST_STYLES: Final = 2
MOST_STYLES: Final = 4
_TRIANGLE: Final = 3
_GAP: Final = 0.02
"""Space between tiles, as a share of their longer side."""


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
    import torch

    from benchmark.images import encode_image
    from benchmark.store.atomic import write_bytes

    canvas: Tensor | None = None
    step_down = step_across = 0
    for tile in tiles:
        picture = make(tile.weights)
        write_bytes(folder / f"{tile.row + 1}-{tile.column + 1}.png", encode_image(picture, ".png"))
        height, width = picture.shape[-2:]
        if canvas is None:
            gap = max(1, round(_GAP * max(height, width)))
            step_down, step_across = height + gap, width + gap
            rows = 1 + max(one.row for one in tiles)
            columns = 1 + max(one.left for one in tiles)
            canvas = torch.ones(3, rows * step_down - gap, round(columns * step_across) - gap)
        top, left = tile.row * step_down, round(tile.left * step_across)
        canvas[:, top : top + height, left : left + width] = picture.cpu()
    if canvas is not None:
        write_bytes(target, encode_image(canvas, target.suffix))
        click.echo(f"{printable(target)} ({len(tiles)} tiles in {printable(folder)})")
