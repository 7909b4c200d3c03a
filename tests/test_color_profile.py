"""Pictures with a colour profile, and what else a file says of its colours."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmark.color_profile import ColorProfileWarning
from benchmark.images import holds_pixels, load_mask, open_image, pixels_sha256
from benchmark.protocol.embedded import smoke
from tests.icc_profiles import grey_profile, rgb_profile

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="module")
def photo():
    """A photograph whose colours sRGB has, and so Adobe RGB does too."""
    image = open_image(smoke().contents[0].image)
    image.thumbnail((96, 96))
    return image


def converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The same colours in the numbers of another profile, by the reference implementation."""
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), target, outputMode=image.mode)


def difference(image: Image.Image, other: Image.Image) -> float:
    """Mean CIEDE2000."""
    return float(np.mean(deltaE_ciede2000(*(rgb2lab(np.asarray(picture) / 255) for picture in (image, other)))))


def levels(image: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(image).astype(int) - np.asarray(other)).max())


class TestAWideGamutTwin:
    @pytest.mark.parametrize("suffix", ["png", "tif", "webp", "jpg"])
    def test_is_read_as_the_same_picture(self, photo, tmp_path, suffix):
        path = tmp_path / f"wide.{suffix}"
        options = {"webp": {"lossless": True}, "jpg": {"quality": 100, "subsampling": 0}}.get(suffix, {})
        stored = converted(photo, rgb_profile())
        stored.save(path, icc_profile=rgb_profile(), **options)
        assert difference(stored, photo) > 2
        assert difference(open_image(path), photo) < 1

    def test_with_transparency_too(self, photo, tmp_path):
        twins = []
        for name, image, profile in (("wide", converted(photo, rgb_profile()), rgb_profile()), ("plain", photo, None)):
            image = image.convert("RGBA")
            image.putalpha(Image.linear_gradient("L").resize(image.size))
            image.save(tmp_path / f"{name}.png", icc_profile=profile)
            twins.append(open_image(tmp_path / f"{name}.png"))
        assert levels(*twins) <= 3

    def test_with_a_palette_and_turned_too(self, photo, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        few = photo.quantize(64)
        wide = converted(few.convert("RGB"), rgb_profile()).quantize(64)
        wide.save(tmp_path / "wide.png", icc_profile=rgb_profile(), exif=exif)
        few.save(tmp_path / "plain.png", exif=exif)
        twins = [open_image(tmp_path / f"{name}.png") for name in ("wide", "plain")]
        assert twins[0].size == photo.size[::-1]
        assert difference(*twins) < 1

    def test_comes_back_from_stylize_as_the_srgb_twin_without_a_profile(self, command, photo, tmp_path):
        stored = converted(photo, rgb_profile())
        stored.save(tmp_path / "wide.png", icc_profile=rgb_profile())
        result = command("stylize", tmp_path / "wide.png", "--method", "identity", "-o", tmp_path / "out.png")
        assert result.code == 0
        with Image.open(tmp_path / "out.png") as out:
            assert "icc_profile" not in out.info
            assert levels(out, photo) <= 2
            assert np.array_equal(np.asarray(out), np.asarray(open_image(tmp_path / "wide.png")))

    def test_leaves_no_profile_on_what_a_run_keeps(self, photo, tmp_path):
        photo.save(tmp_path / "wide.png", icc_profile=rgb_profile())
        open_image(tmp_path / "wide.png").save(tmp_path / "kept.png")
        with Image.open(tmp_path / "kept.png") as kept:
            assert "icc_profile" not in kept.info


class TestOtherProfiles:
    def test_srgb_itself_changes_no_pixel(self, photo, tmp_path):
        photo.save(tmp_path / "photo.png", icc_profile=SRGB)
        assert open_image(tmp_path / "photo.png").tobytes() == photo.tobytes()

    def test_of_greyscale(self, photo, tmp_path):
        grey = photo.convert("L")
        grey.save(tmp_path / "grey.png", icc_profile=grey_profile(1.0))
        found = np.asarray(open_image(tmp_path / "grey.png"))[..., 0] / 255
        linear = np.asarray(grey) / 255
        srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
        assert np.abs(found - srgb).max() < 2 / 255

    def test_of_16_bit_greyscale(self, tmp_path):
        deep = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
        Image.fromarray(deep).save(tmp_path / "deep.png", icc_profile=grey_profile(1.0))
        assert open_image(tmp_path / "deep.png").getpixel((16, 15)) == pytest.approx((187, 187, 187), abs=3)

    def test_of_rgb_on_a_greyscale_picture(self, photo, tmp_path):
        grey = photo.convert("L")
        grey.save(tmp_path / "grey.png", icc_profile=rgb_profile(gamma=1.0))
        grey.save(tmp_path / "same.png", icc_profile=grey_profile(1.0))
        assert levels(open_image(tmp_path / "grey.png"), open_image(tmp_path / "same.png")) <= 2

    def test_cmyk_without_one_is_converted_as_before(self, photo, tmp_path):
        photo.convert("CMYK").save(tmp_path / "ink.tif")
        assert levels(open_image(tmp_path / "ink.tif"), photo) <= 4


def png_with_chunk(name: bytes, content: bytes) -> bytes:
    """A PNG file with one more chunk, after the first, which has 33 bytes with the signature."""
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 30, 30)).save(buffer, "PNG")
    chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return buffer.getvalue()[:33] + chunk + buffer.getvalue()[33:]


def adobe_rgb_by_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 1
    exif.get_ifd(0x8769).update({0xA001: 65535, 0xA005: {1: "R03"}})
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (200, 30, 30)).save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


class TestWhatCannotBeHeeded:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (png_with_chunk(b"gAMA", struct.pack(">I", 100_000)), "gAMA or cHRM"),
            (png_with_chunk(b"iCCP", b"name\0\0" + zlib.compress(b"no profile")), "cannot be used"),
            (png_with_chunk(b"iCCP", b"name\0\0no zlib"), "is damaged"),
            (png_with_chunk(b"iCCP", b"name\0\0" + zlib.compress(grey_profile(2.2))), "for GRAY, the picture is RGB"),
            (adobe_rgb_by_exif(), "EXIF says Adobe RGB, but no profile is embedded"),
        ],
        ids=["gamma", "no-profile", "damaged", "of-greyscale", "exif"],
    )
    def test_is_said_and_taken_as_srgb(self, tmp_path, data, words):
        (tmp_path / "picture.png").write_bytes(data)
        with pytest.warns(ColorProfileWarning, match=words) as caught:
            image = open_image(tmp_path / "picture.png")
        assert str(caught[0].message).startswith(f"{tmp_path / 'picture.png'}: ")
        assert image.getpixel((5, 5)) == (200, 30, 30)

    @pytest.mark.parametrize(
        "data",
        [
            png_with_chunk(b"gAMA", struct.pack(">I", 45_455)),
            png_with_chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
            png_with_chunk(b"sRGB", b"\0"),
        ],
        ids=["gamma", "primaries", "srgb"],
    )
    def test_what_says_srgb_in_other_words_is_no_matter(self, tmp_path, data):
        (tmp_path / "picture.png").write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert open_image(tmp_path / "picture.png").getpixel((5, 5)) == (200, 30, 30)

    def test_is_one_line_of_the_command(self, tmp_path):
        (tmp_path / "picture.png").write_bytes(png_with_chunk(b"iCCP", b"name\0\0no zlib"))
        result = subprocess.run(
            [sys.executable, "-m", "benchmark", "stylize", "picture.png", "--method", "identity", "-o", "out.png"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0
        assert result.stderr == "warning: picture.png: its colour profile is damaged; taken as sRGB\n"


def test_a_mask_holds_weights_and_no_colours(tmp_path):
    Image.new("L", (32, 32), 128).save(tmp_path / "mask.png", icc_profile=grey_profile(1.0))
    assert float(load_mask(tmp_path / "mask.png", 32).mean()) == pytest.approx(128 / 255)


def test_hashes_of_before_profiles_were_applied_pin_the_same_picture(photo, tmp_path):
    path = tmp_path / "wide.png"
    photo.save(path, icc_profile=rgb_profile())
    assert pixels_sha256(open_image(path)) != pixels_sha256(photo)
    for source in (path, path.read_bytes()):
        assert holds_pixels(source, pixels_sha256(open_image(path)))
        assert holds_pixels(source, pixels_sha256(photo))
        assert not holds_pixels(source, "0" * 64)
