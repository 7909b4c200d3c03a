"""Pictures that were made elsewhere are read as they are, or refused one by one."""

from __future__ import annotations

import hashlib
import pickle

import numpy as np
import pytest
from PIL import Image

from benchmark.contracts import Condition, MethodInfo
from benchmark.errors import InputError
from benchmark.method_source import MadePictures, MethodOrigin, Timing
from benchmark.pictures.folder import PictureFile, PictureFolder
from benchmark.pictures.part import Part
from tests.pictures.conftest import crossed

CASES = crossed(["cat.png"], ["wave.jpg", "night.jpg"])
SIZE = 32, 32


def pixels(height=32, width=32):
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)


def source(path, **options):
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
    files = {CASES[0].id: PictureFile(path, sha256, options.pop("seconds", None))}
    info = MethodInfo("theirs", "Theirs", "1", "", Condition.EITHER)
    missing = {CASES[1].id: "no picture: cat--night.png is not there"}
    return PictureFolder(info, "out", "{case}", "{case}", files, missing, **options)


def read(path, **options):
    return source(path, **options).read(CASES[0], path, SIZE)


class TestReading:
    def test_a_png_of_the_right_size_is_taken_bit_for_bit(self, tmp_path):
        path = tmp_path / "x.png"
        Image.fromarray(pixels()).save(path)
        found = read(path)
        assert np.array_equal(np.asarray(found.image), pixels())
        assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert found.note == ""

    def test_16_bits_transparency_and_cmyk_are_read(self, tmp_path):
        deep = tmp_path / "deep.png"
        Image.fromarray(np.full(SIZE, 0x8080, np.uint16)).save(deep)
        assert read(deep).image.getpixel((0, 0)) == (128, 128, 128)
        clear = tmp_path / "clear.png"
        Image.new("RGBA", SIZE, (0, 0, 0, 0)).save(clear)
        assert read(clear).image.getpixel((0, 0)) == (255, 255, 255)
        print_colours = tmp_path / "cmyk.jpg"
        Image.new("CMYK", SIZE, (0, 0, 0, 255)).save(print_colours)
        assert max(read(print_colours).image.getpixel((0, 0))) < 60

    def test_a_part_and_another_size_are_noted(self, tmp_path):
        path = tmp_path / "panels.png"
        Image.fromarray(pixels(64, 192)).save(path)
        found = read(path, part=Part(3, 3))
        assert found.image.size == SIZE
        assert found.note == "3 of 3 of 192×64, resized from 64×64"

    def test_another_aspect_is_refused_or_cut(self, tmp_path):
        path = tmp_path / "wide.png"
        Image.fromarray(pixels(32, 48)).save(path)
        with pytest.raises(InputError, match=r"wide.png is 48×32, and its content is 32×32; --fit"):
            read(path)
        assert read(path, fit=True).note == "cropped from 48×32"

    def test_animations_are_refused(self, tmp_path):
        path = tmp_path / "x.gif"
        frames = [Image.new("L", SIZE, shade) for shade in (0, 100, 200)]
        frames[0].save(path, save_all=True, append_images=frames[1:])
        with pytest.raises(InputError, match=r"x.gif holds 3 pictures; save the one"):
            read(path)

    @pytest.mark.parametrize(
        ("name", "data"), [("x.png", b"no picture"), ("x.jpg", b""), ("x.png", b"\x89PNG\r\n\x1a\n")]
    )
    def test_damaged_files_are_refused(self, tmp_path, name, data):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(InputError, match=name):
            read(path)

    def test_a_single_pixel_is_refused(self, tmp_path):
        path = tmp_path / "dot.png"
        Image.new("RGB", (1, 1)).save(path)
        with pytest.raises(InputError, match=r"dot.png is 1×1; at least 16×16"):
            read(path)

    def test_a_link_that_leads_nowhere_says_so(self, tmp_path):
        path = tmp_path / "x.png"
        path.symlink_to("nothing.png")
        with pytest.raises(InputError, match=r"x.png is a link that leads nowhere"):
            read(path)

    def test_a_file_that_changed_meanwhile_is_refused(self, tmp_path):
        path = tmp_path / "x.png"
        Image.new("RGB", SIZE).save(path)
        made = source(path)
        Image.new("RGB", SIZE, "white").save(path)
        with pytest.raises(InputError, match="has changed since the run began"):
            made.read(CASES[0], path, SIZE)


class TestSource:
    def test_it_is_a_source_of_pictures_that_can_be_sent_to_workers(self, tmp_path):
        path = tmp_path / "x.png"
        Image.new("RGB", SIZE).save(path)
        made = pickle.loads(pickle.dumps(source(path)))
        assert isinstance(made, MadePictures)
        assert made.origin is MethodOrigin.PICTURES
        assert made.file("cat--wave") == path
        assert made.sha256("cat--wave") == hashlib.sha256(path.read_bytes()).hexdigest()
        assert made.file("cat--night") is None
        assert made.sha256("cat--night") == ""

    def test_a_missing_picture_is_skipped_with_the_reason(self, tmp_path):
        made = source(tmp_path / "x.png")
        assert made.skip(CASES[0]) is None
        assert made.skip(CASES[1]) == "no picture: cat--night.png is not there"

    def test_durations_are_stated_or_there_are_none(self, tmp_path):
        assert source(tmp_path / "x.png").timing is Timing.NONE
        assert source(tmp_path / "x.png", seconds=2.0).timing is Timing.STATED

    def test_it_makes_no_pictures(self, tmp_path):
        with pytest.raises(InputError, match="cannot make others"):
            source(tmp_path / "x.png").load()
