"""A file becomes a picture of its content's size, or is refused; squashed pictures are noticed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.images import fit_square
from benchmark.pictures.geometry import Shape, find_squashing, fit_picture, shape_of, spread
from benchmark.pictures.part import Part


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def scene(width: int, height: int, seed: int) -> Image.Image:
    """Some rectangles, whose places tell cropping from squashing."""
    generator = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 200, np.uint8)
    for _ in range(14):
        left, top = generator.integers(0, width - 20), generator.integers(0, height - 20)
        wide, high = generator.integers(8, width // 3), generator.integers(8, height // 3)
        pixels[top : top + high, left : left + wide] = generator.integers(0, 256, 3)
    return Image.fromarray(pixels)


class TestSize:
    def test_the_exact_size_is_taken_as_it_is(self):
        image = noise(32, 32)
        found, note = fit_picture(image, (32, 32))
        assert found.tobytes() == image.tobytes()
        assert note == ""

    @pytest.mark.parametrize("size", [(64, 64), (16, 16), (65, 64), (31, 32)])
    def test_the_same_aspect_is_resized_and_said(self, size):
        found, note = fit_picture(noise(*size), (32, 32))
        assert found.size == (32, 32)
        assert note == f"resized from {size[0]}×{size[1]}"

    def test_shrinking_averages_and_does_not_drop_pixels(self):
        stripes = Image.fromarray(np.tile(np.array([[0, 255]], np.uint8), (128, 64)))
        found, _ = fit_picture(stripes.convert("RGB"), (32, 32))
        assert np.abs(np.asarray(found, dtype=float)[:, 2:-2] - 127.5).max() < 8

    def test_another_aspect_is_refused_with_both_sizes(self):
        with pytest.raises(InputError, match="48×32, and its content is 32×32; --fit cuts out the centre"):
            fit_picture(noise(48, 32), (32, 32))

    def test_on_request_the_centre_is_cut_out_as_of_contents(self):
        image = noise(48, 32)
        found, note = fit_picture(image, (32, 32), fit=True)
        assert found.tobytes() == fit_square(image, 32).tobytes()
        assert note == "cropped from 48×32"

    @pytest.mark.parametrize(("width", "word"), [(96, "right third"), (97, "right third"), (64, "right half")])
    def test_what_looks_like_panels_is_told_how_to_take_one(self, width, word):
        with pytest.raises(InputError, match=f"NAME=FOLDER:{word}"):
            fit_picture(noise(width, 32), (32, 32))

    def test_a_part_is_taken_and_recorded(self):
        image = noise(96, 32)
        found, note = fit_picture(image, (32, 32), Part(3, 3))
        assert found.tobytes() == image.crop((64, 0, 96, 32)).tobytes()
        assert note == "3 of 3 of 96×32"

    def test_shapes_are_told_before_pictures_are_read(self):
        assert shape_of((32, 32), (32, 32)) is Shape.SAME
        assert shape_of((96, 32), (32, 32), Part(1, 3)) is Shape.SAME
        assert shape_of((64, 64), (32, 32)) is Shape.SCALED
        assert shape_of((48, 32), (32, 32)) is Shape.OTHER


class TestSquashing:
    @pytest.fixture
    def pairs(self, tmp_path):
        def make(becomes, sizes=((144, 96), (96, 144))):
            found = []
            for number in range(6):
                content = scene(*sizes[number % len(sizes)], seed=number)
                files = tmp_path / f"picture-{number}.png", tmp_path / f"content-{number}.png"
                stylized = Image.fromarray(255 - np.asarray(becomes(content)) // 2)
                stylized.save(files[0])
                content.save(files[1])
                found.append(files)
            return found

        return make

    def test_squashed_pictures_are_noticed(self, pairs):
        found = find_squashing(pairs(lambda content: content.resize((64, 64))), side=64)
        assert (found.compared, found.squashed) == (6, 6)
        assert found.is_clear

    def test_cropped_pictures_are_not(self, pairs):
        found = find_squashing(pairs(lambda content: fit_square(content, 64)), side=64)
        assert found.compared == 6
        assert not found.is_clear

    def test_pictures_that_show_nothing_of_the_content_are_not(self, pairs):
        found = find_squashing(pairs(lambda _: noise(64, 64, seed=9)), side=64)
        assert not found.is_clear

    def test_square_contents_tell_nothing(self, pairs):
        found = find_squashing(pairs(lambda content: content.resize((64, 64)), sizes=((96, 96),)), side=64)
        assert found.compared == 0
        assert not found.is_clear

    def test_unreadable_files_are_passed_over(self, pairs):
        made = pairs(lambda content: content.resize((64, 64)))
        made[0][0].write_bytes(b"no picture")
        assert find_squashing(made, side=64).compared == 5


def test_spreading_takes_from_all_over():
    assert list(spread(list(range(10)), 3)) == [0, 3, 6]
    assert list(spread([1, 2], 3)) == [1, 2]
