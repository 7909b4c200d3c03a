"""By what a method knows the painting that it was trained for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.images import pixels_sha256
from benchmark.protocol.case import Style
from benchmark.protocol.style_pixels import style_pixels_sha256


@pytest.fixture
def noise():
    return Image.effect_noise((20, 24), 50).convert("RGB")


def test_the_hash_is_of_the_pixels_whatever_the_name_and_the_format(noise, tmp_path):
    for name in ("one.png", "another.tiff"):
        noise.save(tmp_path / name)

        assert style_pixels_sha256(Style("s", tmp_path / name)) == pixels_sha256(noise)


def test_a_hash_that_is_pinned_needs_no_file():
    assert style_pixels_sha256(Style("s", Path("elsewhere.png"), pixels_sha256="1" * 64)) == "1" * 64


def test_a_style_in_words_and_a_file_that_is_not_here_have_none():
    assert style_pixels_sha256(Style("s", prompt="a mosaic")) == ""
    assert style_pixels_sha256(Style("s", Path("elsewhere.png"))) == ""


def test_a_file_that_has_changed_is_read_again(noise, tmp_path):
    style = Style("s", tmp_path / "one.png")
    noise.save(style.image)
    before = style_pixels_sha256(style)

    noise.resize((30, 30)).save(style.image)

    assert style_pixels_sha256(style) == pixels_sha256(noise.resize((30, 30))) != before


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    (tmp_path / "words.png").write_text("words")

    with pytest.raises(InputError, match="not an image"):
        style_pixels_sha256(Style("s", tmp_path / "words.png"))
