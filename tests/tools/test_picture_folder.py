"""The pictures beside a page: which go, which stay, and when."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.picture_folder import drawing_folder


@pytest.fixture
def page(tmp_path) -> Path:
    """A page that shows one picture, in a folder that holds a file of somebody else."""
    page = tmp_path / "page.md"
    page.write_text("![one](page/one.webp) [link](page/notes.txt) ![other](other/more.webp)")
    for name in ("page/one.webp", "page/mine.webp", "page/notes.txt", "other/more.webp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"before")
    return page


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_the_page_of_before_shows_goes_and_nothing_else(page):
    with drawing_folder(page) as pictures:
        (pictures / "two.svg").write_bytes(b"new")

    assert files(page.parent) == {
        "page.md": page.read_bytes(),
        "page/two.svg": b"new",
        "page/mine.webp": b"before",
        "page/notes.txt": b"before",
        "other/more.webp": b"before",
    }


def test_a_drawing_that_fails_leaves_all_as_it_was(page):
    before = files(page.parent)

    with pytest.raises(FileNotFoundError), drawing_folder(page) as pictures:
        shutil.copy(page.parent / "none.webp", shutil.copy(page.parent / "page" / "mine.webp", pictures / "one.webp"))

    assert files(page.parent) == before
