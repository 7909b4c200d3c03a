"""``benchmark similarity``: rows are prompts, columns are images."""

from __future__ import annotations

import csv
import io

import pytest
from PIL import Image

from benchmark.protocol.embedded import mini

PAINTINGS = [style.image for style in mini().styles]
PROMPTS = [style.prompt for style in mini().styles]


@pytest.fixture(scope="module")
def arguments():
    images = [part for path in PAINTINGS for part in ("--image", path)]
    prompts = [part for prompt in PROMPTS for part in ("--prompt", prompt)]
    return (*images, *prompts)


def test_prints_a_row_per_prompt_and_a_column_per_image(command, arguments):
    result = command("similarity", *arguments)
    assert result.code == 0
    for prompt in PROMPTS:
        assert prompt in result.out
    for path in PAINTINGS:
        assert path.name in result.out


def test_a_painting_fits_its_own_prompt_best(command, arguments, tmp_path):
    assert command("similarity", *arguments, "-o", tmp_path / "matrix.csv").code == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "matrix.csv").read_text())))
    assert rows[0] == ["prompt", *map(str, PAINTINGS)]
    assert [row[0] for row in rows[1:]] == PROMPTS
    values = [[float(value) for value in row[1:]] for row in rows[1:]]
    for column in range(3):
        assert max(range(3), key=lambda row: values[row][column]) == column


def test_writes_a_page_that_escapes_prompts_and_needs_no_network(command, tmp_path):
    out = tmp_path / "matrix.html"
    hostile = "<script>alert(1)</script>"
    assert command("similarity", "--image", PAINTINGS[0], "--prompt", hostile, "-o", out).code == 0
    page = out.read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_writes_a_picture(command, tmp_path):
    out = tmp_path / "matrix.png"
    assert command("similarity", "--image", PAINTINGS[0], "--prompt", "a sketch", "-o", out).code == 0
    with Image.open(out) as picture:
        assert picture.width > 116
        assert picture.height > 116


def test_takes_folders_and_several_paths(command, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        with Image.open(PAINTINGS[0]) as painting:
            painting.save(tmp_path / folder / "same.png")
    (tmp_path / "a" / "notes.txt").touch()
    given = ("--image", tmp_path / "a", PAINTINGS[1], tmp_path / "b" / "same.png", "--prompt", "a sketch")
    result = command("similarity", *given, "-o", tmp_path / "matrix.csv")
    assert result.code == 0
    rows = list(csv.reader(io.StringIO((tmp_path / "matrix.csv").read_text())))
    assert rows[0] == ["prompt", *map(str, (tmp_path / "a" / "same.png", PAINTINGS[1], tmp_path / "b" / "same.png"))]
    assert rows[1][1] == rows[1][3]
    assert str(tmp_path / "b" / "same.png") in command("similarity", *given).out


def test_a_picture_that_cannot_be_used_costs_no_other(command, tmp_path):
    (tmp_path / "bad.png").write_text("no picture")
    result = command("similarity", "--image", tmp_path / "bad.png", PAINTINGS[0], "--prompt", "a sketch")
    assert result.code == 4
    assert result.error_lines == [f"error: not an image: {tmp_path / 'bad.png'}; use PNG, JPEG, WebP or TIFF"]
    assert PAINTINGS[0].name in result.out
    assert "bad.png" not in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--image", "none.png", "--prompt", "x"), "image not found: none.png"),
        (("--image", str(PAINTINGS[0])), "--prompt"),
        (("--prompt", "x"), "--image"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "--model", "clip-tny"), "unknown model 'clip-tny'"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "--model", "vgg19-embedded"), "cannot play the role"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "--model", "my_clip.pt"), "ARCHITECTURE:my_clip.pt"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "-o", str(PAINTINGS[0])), "name a file ending in"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "-o", "matrix.pdf"), "name a file ending in"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "-o", "/proc/matrix.csv"), "cannot write"),
    ],
)
def test_bad_input_is_one_clear_line(command, arguments, message):
    result = command("similarity", *arguments)
    assert result.code == 2
    assert len(result.error_lines) == 1
    assert message in result.error_lines[0]
