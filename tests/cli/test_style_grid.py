"""``benchmark stylize --grid``: mixes of two to four styles as one picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmark.cli.style_grid import style_grid

COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40))


class TestTheLayout:
    @pytest.mark.parametrize(("styles", "number"), [(2, 5), (3, 15), (4, 25)])
    def test_has_shares_that_sum_to_one(self, styles, number):
        tiles = style_grid(styles, 5)
        assert len(tiles) == number
        assert all(len(tile.weights) == styles and sum(tile.weights) == pytest.approx(1) for tile in tiles)
        assert all(min(tile.weights) >= 0 for tile in tiles)

    @pytest.mark.parametrize("styles", [2, 3, 4])
    def test_has_each_style_alone_in_one_corner(self, styles):
        alone = [tile.weights.index(1) for tile in style_grid(styles, 4) if max(tile.weights) == 1]
        assert alone == list(range(styles))

    def test_of_two_is_a_row(self):
        assert [tile.weights for tile in style_grid(2, 3)] == [(1, 0), (0.5, 0.5), (0, 1)]

    def test_of_three_is_a_triangle_in_the_middle_of_its_rows(self):
        tiles = style_grid(3, 3)
        assert [(tile.row, tile.left) for tile in tiles] == [(0, 1), (1, 0.5), (1, 1.5), (2, 0), (2, 1), (2, 2)]
        assert tiles[4].weights == (0, 0.5, 0.5)

    def test_of_four_is_bilinear(self):
        (middle,) = (tile for tile in style_grid(4, 3) if (tile.row, tile.column) == (1, 1))
        assert middle.weights == (0.25,) * 4
        (above,) = (tile for tile in style_grid(4, 3) if (tile.row, tile.column) == (0, 1))
        assert above.weights == (0.5, 0.5, 0, 0)


@pytest.fixture
def pictures(tmp_path):
    """A content of 48×40 and four styles of one colour each."""
    generator = np.random.default_rng(0)
    Image.fromarray(generator.integers(0, 255, (40, 48, 3), np.uint8)).save(tmp_path / "content.png")
    for number, colour in enumerate(COLOURS):
        Image.new("RGB", (40, 40), colour).save(tmp_path / f"style{number}.png")
    return tmp_path


@pytest.fixture
def stylize(command, pictures):
    def run(styles: int, *arguments: str, method: str = "color_transfer"):
        options = [option for number in range(styles) for option in ("--style", pictures / f"style{number}.png")]
        return command(
            "stylize", pictures / "content.png", "--method", method, *options, "-o", pictures / "out.png", *arguments
        )

    return run


class TestThePicture:
    def test_holds_the_tiles_which_are_files_too(self, stylize, pictures):
        assert stylize(4, "--grid", "3").code == 0
        tiles = pictures / "out_tiles"
        assert sorted(path.name for path in tiles.iterdir()) == [f"{i}-{j}.png" for i in (1, 2, 3) for j in (1, 2, 3)]
        whole, corner, last = (
            np.asarray(Image.open(path)) for path in (pictures / "out.png", tiles / "1-1.png", tiles / "3-3.png")
        )
        assert whole.shape == (3 * 40 + 2, 3 * 48 + 2, 3)
        assert np.array_equal(whole[:40, :48], corner)
        assert np.array_equal(whole[-40:, -48:], last)
        assert (whole[40, :] == 255).all()

    def test_has_in_its_corner_what_one_style_alone_makes(self, stylize, pictures):
        stylize(3, "--grid", "2")
        corner = np.asarray(Image.open(pictures / "out_tiles" / "2-2.png"))
        # The third style, whose colour is blue.
        assert corner.reshape(-1, 3).mean(axis=0).argmax() == 2

    def test_draws_all_tiles_alike(self, stylize, sample_plugins, pictures):
        stylize(2, "--grid", "2", method="noisy")
        first, second = (Image.open(pictures / "out_tiles" / f"1-{place}.png").tobytes() for place in (1, 2))
        assert first == second


class TestIsRefused:
    @pytest.mark.parametrize(
        ("styles", "arguments", "reason"),
        [
            (1, (), "--grid lays 2 to 4 styles in its corners, not 1"),
            (2, ("--weight", "1", "--weight", "2"), "leave --weight out"),
            (2, ("--explain", "maps.png"), "--grid makes many pictures"),
        ],
    )
    def test_with_what_contradicts_it(self, stylize, pictures, monkeypatch, styles, arguments, reason):
        monkeypatch.chdir(pictures)
        result = stylize(styles, "--grid", "3", *arguments)
        assert result.code == 2
        assert reason in result.error_lines[0]

    def test_for_a_method_of_one_style(self, stylize, pictures):
        result = stylize(2, "--grid", "3", method="gatys")
        assert result.code == 2
        assert "method gatys takes at most 1 style" in result.error_lines[0]
        assert not (pictures / "out_tiles").exists()

    def test_where_a_corner_is_no_case_of_the_method_before_any_tile(self, stylize, sample_plugins, pictures):
        result = stylize(3, "--grid", "3", method="refuses_the_second_style")
        assert result.code == 2
        assert result.error_lines == ["error: method refuses_the_second_style cannot paint style2 alone"]
        assert not (pictures / "out_tiles").exists()

    def test_for_a_content_that_the_method_finds_unfit(self, stylize, sample_plugins, pictures):
        Image.new("RGB", (48, 40), (9, 9, 9)).save(pictures / "content.png")
        result = stylize(2, "--grid", "2", method="refuses_dark_contents")
        assert result.code == 2
        assert result.error_lines == ["error: method refuses_dark_contents needs a bright content, this one is dark"]

    @pytest.mark.parametrize(
        ("size", "out", "limit"),
        [
            ((4000, 3000), "out.png", "100 megapixels"),
            ((4000, 300), "out.jpg", "the 65500 pixels a side of .jpg files"),
        ],
    )
    def test_where_its_picture_would_be_too_large(self, stylize, pictures, size, out, limit):
        Image.new("RGB", size).save(pictures / "content.png")
        result = stylize(2, "--grid", "25", "--size", "4096", "-o", str(pictures / out))
        assert result.code == 2
        assert f"larger than {limit}; choose a smaller --size or --grid" in result.error_lines[0]
        assert not (pictures / "out_tiles").exists()
