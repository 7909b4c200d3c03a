"""Pictures are shrunk, inlined, and never a reason to fail."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from reports.html.picture_source import PictureSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    Image.linear_gradient("L").resize((400, 200)).convert("RGB").save(tmp_path / "run" / "wide.png")
    return tmp_path / "run"


def decode(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_a_picture_is_shrunk_to_the_longer_side(folder: Path) -> None:
    picture = PictureSource(folder).load("wide.png", "a gradient", 100)
    assert decode(picture.uri).size == (picture.width, picture.height) == (100, 50)
    assert picture.alt == "a gradient"


def test_a_small_picture_keeps_its_size(folder: Path) -> None:
    assert decode(PictureSource(folder).load("wide.png", "", 1000).uri).size == (400, 200)


def test_a_picture_is_what_the_file_shows(folder: Path) -> None:
    with decode(PictureSource(folder).load("wide.png", "", 400).uri) as shown:
        grey = shown.convert("L").tobytes()
    assert grey[5 * 400 + 200] < 20
    assert grey[195 * 400 + 200] > 235


def test_transparent_and_palette_pictures_are_shown(folder: Path) -> None:
    Image.new("RGBA", (9, 9), (255, 0, 0, 90)).save(folder / "rgba.png")
    Image.new("P", (9, 9), 3).save(folder / "palette.png", transparency=3)
    source = PictureSource(folder)
    assert all(source.load(name, "", 64).uri for name in ("rgba.png", "palette.png"))


@pytest.mark.parametrize("path", ["../secret.png", "sub/../../secret.png", "{outside}", "link.png"])
def test_a_path_out_of_the_run_is_not_followed(folder: Path, path: str) -> None:
    secret = folder.parent / "secret.png"
    Image.new("RGB", (4, 4)).save(secret)
    (folder / "link.png").symlink_to(secret)
    picture = PictureSource(folder).load(path.replace("{outside}", str(secret)), "", 64)
    assert not picture.uri
    assert "outside" in picture.problem


@pytest.mark.parametrize("path", ["", "absent.png", ".", "a\0b.png", "x" * 5000])
def test_a_path_that_leads_nowhere_is_a_placeholder(folder: Path, path: str) -> None:
    picture = PictureSource(folder).load(path, "", 64)
    assert not picture.uri
    assert picture.problem


def test_truncated_and_foreign_files_are_placeholders(folder: Path) -> None:
    complete = (folder / "wide.png").read_bytes()
    (folder / "truncated.png").write_bytes(complete[: len(complete) // 2])
    (folder / "text.png").write_text("not a picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "postscript.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    source = PictureSource(folder)
    for name in ("truncated.png", "text.png", "empty.png", "postscript.png"):
        assert source.load(name, "", 64).problem == "the picture cannot be read"


def test_a_decompression_bomb_is_not_unpacked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert PictureSource(folder).load("wide.png", "", 64).problem == "the picture is too large to be shown"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    assert PictureSource(folder).load("pipe.png", "", 64).problem == "the picture is missing"


def test_without_webp_pictures_are_jpeg(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import features

    monkeypatch.setattr(features, "check", lambda feature: False)
    picture = PictureSource(folder).load("wide.png", "", 64)
    assert picture.uri.startswith("data:image/jpeg;base64,")
    assert decode(picture.uri).format == "JPEG"
