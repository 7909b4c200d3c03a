"""One call makes the pictures of many cases, each of which is its own for as long as it is needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmark.programs.batch_call import BatchCall, BatchPictures, BatchRequest
from benchmark.programs.error import ProgramError
from benchmark.programs.program_file import ProgramFile, read_program
from benchmark.protocol.case import Case, Content, Style, WeightedStyle

SIZE = (32, 32)
CASE = Case(Content("waves", Path()), (WeightedStyle(Style("warm", Path(), "")),))
PAINT = """
import sys
from pathlib import Path
from PIL import Image
for content in Path(sys.argv[1]).iterdir():
    for style in Path(sys.argv[2]).iterdir():
        Image.new("RGB", (32, 32), (int(sys.argv[3]), 0, 0)).save(f"{content.stem}_{style.stem}.png")
"""


@pytest.fixture
def painter(tmp_path) -> ProgramFile:
    """A program that leaves pictures of one colour, which its seed chooses, in its own folder."""
    (tmp_path / "paint.py").write_text(PAINT)
    path = tmp_path / "painter.toml"
    path.write_text(
        '[method]\nname = "painter"\n[program]\nbatch = true\nproduces = "{content_stem}_{style_stem}.png"\n'
        'command = ["python", "paint.py", "{contents_dir}", "{styles_dir}", "{seed}"]\n'
        f'python = "{sys.executable}"\n'
    )
    return read_program(path)


def called(source: ProgramFile, seed: int, scratch: Path) -> BatchPictures:
    scratch.mkdir()
    white, black = (Image.new("RGB", SIZE, color) for color in ("white", "black"))
    request = BatchRequest([CASE], {"waves": white}, {"warm": black}, source.settings_type(), seed, threads=1)
    return BatchCall(source, request, scratch).pictures(lambda: False, lambda result: None)


def red(pictures: BatchPictures) -> int:
    return pictures.read(CASE, pictures.files[CASE.id], SIZE).image.getpixel((0, 0))[0]


def test_the_next_call_into_the_same_folder_takes_no_picture_away(painter, tmp_path):
    first, second = (called(painter, seed, tmp_path / str(seed)) for seed in (10, 11))
    assert (red(first), red(second)) == (10, 11)
    for path in tmp_path.glob("*.png"):
        path.unlink()
    assert (red(first), red(second)) == (10, 11)


def test_a_picture_that_cannot_be_read_is_a_failure_of_the_program(painter, tmp_path):
    pictures = called(painter, 10, tmp_path / "scratch")
    pictures.files[CASE.id].unlink()
    with pytest.raises(ProgramError, match=r"what the program left cannot be used: .*No such file"):
        red(pictures)
    with pytest.raises(ProgramError, match="cannot be used"):
        pictures.sha256(CASE.id)
