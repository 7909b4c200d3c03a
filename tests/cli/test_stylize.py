"""``benchmark stylize``, with every kind of image file a user may have."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photo(tmp_path):
    """A 48×64 photograph, left half red, right half blue."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, :32] = (200, 30, 30)
    pixels[:, 32:] = (30, 30, 200)
    return Image.fromarray(pixels)


@pytest.fixture
def stylize(command, tmp_path):
    """Passes a content through the identity control and gives the result and the picture."""

    def run(content, *arguments):
        out = tmp_path / "out.png"
        out.unlink(missing_ok=True)
        result = command("stylize", content, "--method", "identity", "--prompt", "a sketch", "-o", out, *arguments)
        return result, read(out) if out.exists() else None

    return run


def read(path):
    with Image.open(path) as file:
        return file.convert("RGB")


def assert_refused(result, *words, code=2):
    assert result.code == code
    assert len(result.error_lines) == 1
    for word in words:
        assert word in result.error_lines[0]
    assert "Traceback" not in result.err


class TestImageFiles:
    def test_an_ordinary_one_passes_unchanged(self, stylize, photo, tmp_path):
        photo.save(tmp_path / "photo.png")
        result, image = stylize(tmp_path / "photo.png")
        assert result.code == 0
        assert np.array_equal(np.asarray(image), np.asarray(photo))

    def test_missing(self, stylize, tmp_path):
        assert_refused(stylize(tmp_path / "none.png")[0], "image not found", "none.png")

    def test_a_folder_without_any(self, stylize, tmp_path):
        assert_refused(stylize(tmp_path)[0], f"folder {tmp_path} holds no pictures")

    def test_no_image(self, stylize, tmp_path):
        (tmp_path / "text.png").write_text("not a picture")
        assert_refused(stylize(tmp_path / "text.png")[0], "not an image", "text.png")

    def test_empty(self, stylize, tmp_path):
        (tmp_path / "empty.jpg").write_bytes(b"")
        assert_refused(stylize(tmp_path / "empty.jpg")[0], "not an image")

    @pytest.mark.parametrize("suffix", ["png", "jpg"])
    def test_truncated(self, stylize, tmp_path, suffix):
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
        whole = tmp_path / f"whole.{suffix}"
        Image.fromarray(noise).save(whole)
        (tmp_path / f"half.{suffix}").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
        assert_refused(stylize(tmp_path / f"half.{suffix}")[0], "cannot read image", "half")

    def test_16_bit_greyscale_keeps_its_brightness(self, stylize, tmp_path):
        ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
        Image.fromarray(ramp).save(tmp_path / "deep.png")
        result, image = stylize(tmp_path / "deep.png")
        assert result.code == 0
        difference = np.abs(np.asarray(image).astype(int) - (ramp[..., None] / 257))
        assert difference.max() <= 1

    def test_greyscale(self, stylize, photo, tmp_path):
        photo.convert("L").save(tmp_path / "grey.png")
        result, image = stylize(tmp_path / "grey.png")
        assert result.code == 0
        assert np.array_equal(np.asarray(image), np.asarray(photo.convert("L").convert("RGB")))

    def test_palette(self, stylize, photo, tmp_path):
        photo.convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "palette.png")
        result, image = stylize(tmp_path / "palette.png")
        assert result.code == 0
        assert np.abs(np.asarray(image).astype(int) - np.asarray(photo)).max() <= 4

    def test_cmyk(self, stylize, photo, tmp_path):
        photo.convert("CMYK").save(tmp_path / "cmyk.tif")
        result, image = stylize(tmp_path / "cmyk.tif")
        assert result.code == 0
        assert np.abs(np.asarray(image).astype(int) - np.asarray(photo)).max() <= 4

    def test_transparent_lies_on_white(self, stylize, photo, tmp_path):
        transparent = photo.convert("RGBA")
        transparent.putalpha(Image.fromarray(np.repeat([[255] * 32 + [0] * 32], 48, 0).astype(np.uint8)))
        transparent.save(tmp_path / "transparent.png")
        pixels = np.asarray(stylize(tmp_path / "transparent.png")[1])
        assert (pixels[:, 32:] == 255).all()
        assert (pixels[:, :32] == (200, 30, 30)).all()

    def test_exif_rotated_stands_upright(self, stylize, photo, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        photo.save(tmp_path / "rotated.png", exif=exif)
        image = stylize(tmp_path / "rotated.png")[1]
        assert image.size == (48, 64)
        assert image.getpixel((24, 4)) == (200, 30, 30)

    def test_one_pixel(self, stylize, tmp_path):
        Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
        assert_refused(stylize(tmp_path / "dot.png")[0], "1×1", "at least 16×16")

    def test_20000_by_20000_pixels(self, stylize, tmp_path):
        Image.new("1", (20000, 20000)).save(tmp_path / "huge.png")
        assert_refused(stylize(tmp_path / "huge.png")[0], "larger than 100 megapixels", "scale it down")

    def test_a_large_one_is_scaled_to_size(self, stylize, tmp_path):
        Image.new("RGB", (2000, 1000)).save(tmp_path / "large.png")
        assert stylize(tmp_path / "large.png", "--size", "128")[1].size == (128, 64)


class TestArguments:
    @pytest.fixture
    def content(self, photo, tmp_path):
        photo.save(tmp_path / "photo.png")
        return tmp_path / "photo.png"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (
                ("--method", "gatty", "--prompt", "x", "-o", "OUT/o.png"),
                ("unknown method 'gatty'", "did you mean gatys?"),
            ),
            (("--method", "style-copy", "-o", "OUT/o.png"), ("--style IMAGE or --prompt TEXT",)),
            (("--method", "clipstyler", "--prompt", "", "-o", "OUT/o.png"), ("--prompt '' is blank",)),
            (("--method", "clipstyler", "--prompt", " \u200b", "-o", "OUT/o.png"), ("is blank: name a style",)),
            (
                ("--method", "clipstyler", "--style", "OUT/photo.png", "--prompt", " ", "-o", "OUT/o.png"),
                ("needs a prompt",),
            ),
            (("--method", "gatys", "--prompt", "x", "-o", "OUT/o.png"), ("method gatys needs a style image",)),
            (("--method", "clipstyler", "--style", "OUT/photo.png", "-o", "OUT/o.png"), ("needs a prompt",)),
            (("--method", "identity", "--prompt", "x", "-o", "OUT/o.gif"), ("name a file ending in",)),
            (("--method", "identity", "--prompt", "x", "-o", "OUT/no/o.png"), ("there is no folder",)),
            (
                ("--method", "identity", "--prompt", "x", "--weight", "1", "--weight", "2", "-o", "OUT/o.png"),
                ("2 --weight",),
            ),
            (("--method", "identity", "--prompt", "x", "--set", "gatys.steps=1", "-o", "OUT/o.png"), ("is identity",)),
        ],
    )
    def test_that_cannot_be_used_are_one_clear_line(self, command, content, tmp_path, arguments, words):
        given = [argument.replace("OUT", str(tmp_path)) for argument in arguments]
        assert_refused(command("stylize", content, *given), *words)

    @pytest.mark.parametrize(
        ("method", "reason"),
        [
            ("raises", "RuntimeError: the paint has run out"),
            ("returns_nan", "returned 9216 pixel values that are NaN or infinite"),
            ("returns_wrong_shape", "returned an image of shape 3×47×64, the content is 3×48×64"),
            ("exits", "SystemExit: 0"),
        ],
    )
    def test_a_method_that_fails_is_one_clear_line(self, command, sample_plugins, content, tmp_path, method, reason):
        result = command("stylize", content, "--method", method, "--prompt", "x", "-o", tmp_path / "o.png")
        assert_refused(result, f"method {method} failed: {reason}", code=4)
        assert not (tmp_path / "o.png").exists()

    def test_a_method_that_finds_out_that_a_content_does_not_fit_is_one_clear_line(
        self, command, sample_plugins, content, tmp_path
    ):
        result = command("stylize", content, "--method", "refuses_dark_contents", "-o", tmp_path / "out.png")
        assert_refused(result, "method refuses_dark_contents needs a bright content, this one is dark")
        assert not (tmp_path / "out.png").exists()

    def test_styles_and_prompts_pair_up(self, command, content, tmp_path):
        style = tmp_path / "style.png"
        Image.new("RGB", (32, 32), (10, 200, 10)).save(style)
        result = command(
            "stylize",
            content,
            "--method",
            "style-copy",
            "--style",
            style,
            "--prompt",
            "green",
            "-o",
            tmp_path / "o.png",
        )
        assert result.code == 0
        assert read(tmp_path / "o.png").getpixel((20, 20)) == (10, 200, 10)

    def test_a_blank_prompt_beside_an_image_is_none(self, command, content, tmp_path):
        out = tmp_path / "o.png"
        result = command("stylize", content, "--method", "style-copy", "--style", content, "--prompt", " ", "-o", out)
        assert result.code == 0

    def test_a_prompt_that_is_longer_than_the_model_reads_is_said_once(self, command, content, tmp_path):
        settings = ("steps=1", "patches=1", "channels=4,4,4", "network_shrink=1")
        result = command(
            *("stylize", content, "--method", "clipstyler", "--prompt", "a cat and a dog and " * 10, "--size", "48"),
            *(part for setting in settings for part in ("--set", f"clipstyler.{setting}")),
            *("-o", tmp_path / "o.png"),
        )
        assert result.code == 0
        (line,) = result.err.splitlines()
        assert "clip-tiny (clipstyler) reads its first" in line
        assert "of 200 characters" in line
        assert "in the longest of 5 phrasings; not read: " in line

    def test_a_method_that_reads_no_style_asks_for_none(self, command, content, photo, tmp_path):
        assert command("stylize", content, "--method", "identity", "-o", tmp_path / "o.png").code == 0
        assert np.array_equal(np.asarray(read(tmp_path / "o.png")), np.asarray(photo))

    @pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff"])
    def test_writes_the_format_of_the_suffix(self, command, content, tmp_path, suffix):
        out = tmp_path / f"o.{suffix}"
        assert command("stylize", content, "--method", "identity", "--prompt", "x", "-o", out).code == 0
        assert read(out).size == (64, 48)


class TestSeveralContents:
    @pytest.fixture
    def folder(self, photo, tmp_path):
        """Two pictures, one in a format that is read and not written, a hidden one, a folder and a text."""
        folder = tmp_path / "in"
        (folder / "inner").mkdir(parents=True)
        photo.save(folder / "b.JPG", format="PNG")
        photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "a.bmp")
        photo.save(folder / ".hidden.png")
        (folder / "captions.txt").write_text("b.JPG: red and blue")
        return folder

    @pytest.fixture
    def stylize(self, command, tmp_path):
        def run(*arguments, out="out", method="identity"):
            return command("stylize", *arguments, "--method", method, "-o", tmp_path / out)

        return run

    def test_of_a_folder_and_a_file_are_written_under_their_names(self, stylize, folder, photo, tmp_path):
        photo.save(tmp_path / "c.png")
        result = stylize(folder, tmp_path / "c.png")
        assert result.code == 0
        assert [line.split(" (")[0] for line in result.out.splitlines()] == [
            str(tmp_path / "out" / name) for name in ("a.bmp.png", "b.JPG", "c.png")
        ]
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.bmp.png", "b.JPG", "c.png"]
        assert np.array_equal(np.asarray(read(tmp_path / "out" / "c.png")), np.asarray(photo))
        assert f"passed over 1 file of {folder}, by name no pictures: captions.txt" in result.err

    def test_are_each_what_they_would_be_alone(self, stylize, sample_plugins, folder, tmp_path):
        assert stylize(folder, method="noisy").code == 0
        assert stylize(folder / "b.JPG", out="alone.jpg", method="noisy").code == 0
        assert (tmp_path / "out" / "b.JPG").read_bytes() == (tmp_path / "alone.jpg").read_bytes()

    def test_a_bad_one_costs_no_other(self, stylize, folder, tmp_path):
        (folder / "aa.png").write_text("no picture")
        result = stylize(folder, tmp_path / "none.png")
        assert result.code == 4
        assert result.error_lines == [
            f"error: not an image: {folder / 'aa.png'}; use PNG, JPEG, WebP or TIFF",
            f"error: image not found: {tmp_path / 'none.png'}",
        ]
        assert f"2 of 4 contents failed; the others are in {tmp_path / 'out'}" in result.err
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.bmp.png", "b.JPG"]

    def test_of_which_a_method_fails_on_all(self, stylize, sample_plugins, folder, tmp_path):
        result = stylize(folder, "--prompt", "x", method="raises")
        assert result.code == 4
        assert result.error_lines == [
            f"error: {folder / name}: method raises failed: RuntimeError: the paint has run out"
            for name in ("a.bmp", "b.JPG")
        ]
        assert not (tmp_path / "out").exists()

    def test_one_that_is_named_twice_is_one(self, stylize, folder):
        result = stylize(folder, folder / "b.JPG", folder)
        assert (result.code, len(result.out.splitlines())) == (0, 2)

    def test_of_one_name_are_refused(self, stylize, folder, photo, tmp_path):
        (tmp_path / "other").mkdir()
        photo.save(tmp_path / "other" / "B.jpg")
        result = stylize(folder, tmp_path / "other")
        assert_refused(result, f"{folder / 'b.JPG'} and {tmp_path / 'other' / 'B.jpg'} would both be written to")
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        ("out", "words"),
        [("in", "it is one of the files that are read"), ("o.png", "name a folder with -o"), ("file", "is no folder")],
    )
    def test_go_into_a_folder_of_their_own(self, stylize, folder, tmp_path, out, words):
        (tmp_path / "file").touch()
        before = (folder / "b.JPG").read_bytes()
        assert_refused(stylize(folder, out=out), words)
        assert (folder / "b.JPG").read_bytes() == before

    def test_a_method_that_needs_a_style_says_so_once(self, stylize, folder):
        result = stylize(folder, "--prompt", "x", method="gatys")
        assert_refused(result, "method gatys needs a style image")


class TestExplanation:
    @pytest.fixture
    def content(self, photo, tmp_path):
        photo.save(tmp_path / "photo.png")
        return tmp_path / "photo.png"

    @pytest.fixture
    def stylize(self, command, content, tmp_path):
        def run(method, *contents, explanation=tmp_path / "maps.png", out=tmp_path / "o.png"):
            given = contents or (content,)
            return command(
                "stylize", *given, "--method", method, "--style", content, "--explain", explanation, "-o", out
            )

        return run

    def test_is_a_strip_of_maps_whose_names_are_said(self, stylize, tmp_path):
        result = stylize("aams")

        assert result.code == 0, result.err
        assert f"{tmp_path / 'maps.png'} (from the left: attention, strokes)" in result.out
        assert read(tmp_path / "maps.png").size == (128, 48)
        assert read(tmp_path / "o.png").size == (64, 48)

    def test_of_a_method_without_maps_is_refused_before_it_stylizes(self, stylize, tmp_path):
        assert_refused(stylize("identity"), "method identity has no maps to explain itself with; leave --explain out")
        assert not (tmp_path / "o.png").exists()

    def test_of_several_pictures_is_refused(self, stylize, content, tmp_path):
        assert_refused(stylize("aams", content, content, out=tmp_path / "out"), "it explains one picture")

    @pytest.mark.parametrize(
        ("file", "reason"),
        [
            ("maps.txt", "name a file ending in .png"),
            ("none/maps.png", "there is no folder"),
            ("photo.png", "is one of the files that are read"),
            ("o.png", "the stylized picture is written there"),
        ],
    )
    def test_that_cannot_be_written_is_refused_first(self, stylize, tmp_path, file, reason):
        assert_refused(stylize("aams", explanation=tmp_path / file), reason)

    @pytest.mark.parametrize(
        ("maps", "reason"),
        [
            ({}, "returned no maps"),
            ({"a": None}, "map a: returned NoneType, not a tensor"),
            (None, "explained itself by NoneType, not by maps with names"),
        ],
    )
    def test_that_is_none_costs_no_picture(self, stylize, sample_plugins, monkeypatch, tmp_path, maps, reason):
        from sample_plugins.methods import Blend

        monkeypatch.setattr(Blend, "explain", lambda *_: maps)

        assert_refused(stylize("blend"), "is written, but method blend failed to explain it", reason, code=4)
        assert (tmp_path / "o.png").exists()
        assert not (tmp_path / "maps.png").exists()
