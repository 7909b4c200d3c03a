"""``benchmark similarity``: rows are prompts, columns are images."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
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


SCENE = (
    "an oil painting with thick swirling brush strokes in deep blue and yellow, a small village under a night sky with"
    " a bright moon and many stars, cypress trees in the foreground, in the manner of a"
)
LONG = [f"{SCENE} Japanese woodblock print", f"{SCENE} pencil sketch in black and white"]


class TestPromptsLongerThanTheModelReads:
    @pytest.fixture
    def compare(self, command, tmp_path):
        def run(suffix):
            given = [part for prompt in (LONG[0], "a sketch", LONG[1]) for part in ("--prompt", prompt)]
            result = command("similarity", "--image", PAINTINGS[0], *given, "-o", tmp_path / f"matrix{suffix}")
            assert result.code == 0
            return result, tmp_path / f"matrix{suffix}"

        return run

    def test_a_line_each_says_what_was_not_read_and_that_two_are_one(self, compare):
        result, _ = compare(".png")
        first, second = result.err.splitlines()
        assert "clip-tiny-judge reads its first 143 of 220 characters (27 of 40 words)" in first
        assert "in the manner of a Japanese woodblock print'" in first
        assert "the same to clip-tiny-judge as 'an oil painting" in second
        assert second.endswith("their numbers are equal")

    def test_the_table_keeps_it(self, compare):
        _, table = compare(".csv")
        first, _, second = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))
        assert first[str(PAINTINGS[0])] == second[str(PAINTINGS[0])]
        described = json.loads(table.with_name("matrix.csv-metadata.json").read_text(encoding="utf-8"))
        assert "not read: 'cypress trees" in described["notes"][LONG[0]]
        assert "their numbers are equal" in described["notes"][LONG[1]]
        assert "a sketch" not in described["notes"]

    def test_the_page_keeps_it(self, compare):
        page = compare(".html")[1].read_text(encoding="utf-8")
        assert page.count("<small>") == 2
        assert "clip-tiny-judge reads its first 143 of 220 characters" in page


def test_letters_that_the_judge_was_not_taught_are_said(command):
    result = command("similarity", "--image", PAINTINGS[0], "--prompt", "浮世絵")
    assert result.code == 0
    assert "3 of 3 characters reach clip-tiny-judge as single bytes" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--image", "none.png", "--prompt", "x"), "image not found: none.png"),
        (("--image", str(PAINTINGS[0])), "--prompt"),
        (("--prompt", "x"), "--image"),
        (("--image", str(PAINTINGS[0]), "--prompt", ""), "--prompt '' is blank"),
        (("--image", str(PAINTINGS[0]), "--prompt", "x", "--prompt", "\u200b "), "is blank"),
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


class TestTheNetwork:
    """The stand-in that made the numbers is named wherever they stand."""

    NOTE = "‡ clip-tiny-judge is not CLIP: compare within this protocol only"

    @pytest.fixture
    def write(self, command, tmp_path):
        def write(name: str):
            arguments = ("--image", PAINTINGS[0], "--prompt", "a sketch", "-o", tmp_path / name)
            assert command("similarity", *arguments).code == 0
            return tmp_path / name

        return write

    def test_stands_below_the_table(self, command):
        printed = command("similarity", "--image", PAINTINGS[0], "--prompt", "a sketch").out.splitlines()
        assert "cosine of clip-tiny-judge ‡; rows are prompts, columns are images" in printed
        assert self.NOTE in printed

    def test_stands_on_the_page(self, write):
        page = write("matrix.html").read_text(encoding="utf-8")
        assert "clip-tiny-judge ‡" in page
        assert self.NOTE in page

    def test_stands_beside_a_csv_file_which_holds_numbers_only(self, write):
        path = write("matrix.csv")
        table = pd.read_csv(path, index_col="prompt")
        assert table.dtypes.eq("float64").all()
        described = json.loads(path.with_name("matrix.csv-metadata.json").read_text(encoding="utf-8"))
        assert described["url"] == "matrix.csv"
        assert described["network"] == {"name": "clip-tiny-judge", "stands_in_for": "CLIP"}
        assert self.NOTE in described["dc:description"]
        assert [column["titles"] for column in described["tableSchema"]["columns"]] == ["prompt", *table.columns]

    def test_is_written_below_a_picture(self, write):
        with Image.open(write("matrix.png")) as picture:
            # The matrix itself is 116 + 36 pixels high; the lines of text below it are not white.
            below = picture.crop((0, 152, picture.width, picture.height)).convert("L")
        assert below.height >= 40
        assert below.getextrema()[0] < 128
