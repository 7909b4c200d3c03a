"""The programs of the page about Python, run in their order."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmark.images import open_image
from tests.executed_page import follow

PAGE = Path(__file__).parent.parent / "docs" / "api" / "python.md"


def test_every_program_of_the_page_works(tmp_path):
    steps = follow(PAGE, tmp_path, Path(sys.executable), os.environ | {"OMP_NUM_THREADS": "1"})

    assert steps == 2
    assert open_image(tmp_path / "wave.png").size == (176, 176)
