"""Copies of inputs and transparent pictures are noticed; stylized and opaque ones are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmark.images import fit_square
from benchmark.pictures.inspection import find_copies, find_transparent
from benchmark.pictures.part import Part
from benchmark.protocol.embedded import mini

CONTENTS = [content.image for content in mini().contents]


def made(tmp_path, change, suffix="png", **options):
    """Saves a changed picture of every content of ``mini``, and returns it with its content."""
    pairs = []
    for content in CONTENTS:
        with Image.open(content) as image:
            change(image.convert("RGB")).save(tmp_path / f"{content.stem}.{suffix}", **options)
        pairs.append((tmp_path / f"{content.stem}.{suffix}", content))
    return pairs


class TestCopies:
    @pytest.mark.parametrize(("suffix", "options"), [("png", {}), ("jpg", {"quality": 75})])
    def test_the_centre_of_the_content_is_one_however_it_was_saved(self, tmp_path, suffix, options):
        pairs = made(tmp_path, lambda image: fit_square(image, 200), suffix, **options)
        assert find_copies(pairs, side=256) == [picture for picture, _ in pairs]

    def test_so_is_the_whole_content_squashed(self, tmp_path):
        pairs = made(tmp_path, lambda image: image.resize((256, 256)))
        assert len(find_copies(pairs, side=256)) == len(CONTENTS)

    def test_a_panel_is_looked_at_alone(self, tmp_path):
        def panels(image):
            both = Image.new("RGB", (512, 256), "red")
            both.paste(fit_square(image, 256), (256, 0))
            return both

        pairs = made(tmp_path, panels)
        assert find_copies(pairs, Part(1, 2), side=256) == []
        assert len(find_copies(pairs, Part(2, 2), side=256)) == len(CONTENTS)

    def test_a_slight_change_of_colours_is_none(self, tmp_path):
        pairs = made(tmp_path, lambda image: fit_square(image, 256).point(lambda value: value * 0.97))
        assert find_copies(pairs, side=256) == []

    def test_what_cannot_be_read_is_passed_over(self, tmp_path):
        pairs = made(tmp_path, lambda image: fit_square(image, 256))
        pairs[0][0].write_bytes(b"no picture")
        assert len(find_copies(pairs, side=256)) == len(CONTENTS) - 1


class TestTransparency:
    def test_one_pixel_that_is_not_opaque_counts(self, tmp_path):
        pixels = np.full((20, 20, 4), 255, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "opaque.png")
        pixels[3, 4, 3] = 254
        Image.fromarray(pixels).save(tmp_path / "thin.png")
        Image.new("RGB", (20, 20)).save(tmp_path / "plain.png")
        (tmp_path / "damaged.png").write_bytes(b"no picture")
        assert find_transparent(sorted(tmp_path.iterdir())) == [tmp_path / "thin.png"]
