"""The window that is enlarged: where the details of the methods' pictures differ most."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from reports.figures.detail_window import SHORTEST_SIDE, WIDTH_SHARE, cut_out, find_detail_window

SIDE = 128
PATCH = (80, 32)
"""Left and top of the checkerboard; it is 24 wide and 12 high."""


def picture(colour: tuple[int, int, int], *, patch: int = 0, side: int = SIDE) -> Image.Image:
    """A flat picture with a checkerboard of a contrast in one place."""
    pixels = np.full((SIDE, SIDE, 3), colour, dtype=np.int16)
    left, top = PATCH
    checks = np.indices((12, 24)).sum(axis=0) // 3 % 2
    pixels[top : top + 12, left : left + 24] += (patch * checks)[..., None].astype(np.int16)
    found = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return found.resize((side, side), Image.Resampling.NEAREST)


def test_it_holds_the_place_where_details_differ() -> None:
    window = find_detail_window([picture((90, 90, 90)), picture((90, 90, 90), patch=120)], 0.5)
    assert window is not None
    assert window.width == pytest.approx(WIDTH_SHARE, abs=0.01)
    assert window.height == pytest.approx(WIDTH_SHARE / 2, abs=0.01)
    assert window.left * SIDE <= PATCH[0] + 2
    assert (window.left + window.width) * SIDE >= PATCH[0] + 22
    assert window.top * SIDE <= PATCH[1] + 2
    assert (window.top + window.height) * SIDE >= PATCH[1] + 10


def test_a_palette_that_differs_everywhere_does_not_decide() -> None:
    plain = find_detail_window([picture((90, 90, 90)), picture((90, 90, 90), patch=60)], 0.5)
    coloured = find_detail_window([picture((20, 180, 90)), picture((150, 60, 30), patch=60)], 0.5)
    assert plain == coloured


def test_pictures_of_several_sizes_have_one_window() -> None:
    small = find_detail_window([picture((90, 90, 90)), picture((90, 90, 90), patch=120)], 0.5)
    mixed = find_detail_window([picture((90, 90, 90)), picture((90, 90, 90), patch=120, side=2 * SIDE)], 0.5)
    assert small is not None
    assert mixed is not None
    assert (mixed.left, mixed.top) == pytest.approx((small.left, small.top), abs=0.03)


@pytest.mark.parametrize(
    "pictures",
    [
        [picture((90, 90, 90), patch=120)] * 2,
        [picture((90, 90, 90), patch=120)],
        [picture((90, 90, 90), side=SHORTEST_SIDE - 1), picture((90, 90, 90), patch=120)],
        [],
    ],
    ids=["the same", "a single one", "a small one", "none"],
)
def test_there_is_none_where_nothing_can_be_told(pictures: list[Image.Image]) -> None:
    assert find_detail_window(pictures, 0.5) is None


def test_what_is_cut_out_is_that_part_and_as_wide_as_asked_for() -> None:
    one, other = picture((90, 90, 90)), picture((90, 90, 90), patch=120)
    window = find_detail_window([one, other], 0.5)
    assert window is not None
    shown = cut_out(other, window, 200)
    assert shown.size == pytest.approx((200, 100), abs=3)
    assert np.asarray(shown).max() > 190
    assert np.asarray(cut_out(one, window, 200)).max() <= 91
    assert cut_out(other, window, 1).width == round(window.width * SIDE), "no pixel of it is lost"
