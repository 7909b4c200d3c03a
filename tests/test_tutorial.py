"""The tutorial, followed literally: every command in its order, in an empty folder and an environment of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from tests.examples.environment import make_environment
from tests.executed_page import follow

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"


@pytest.mark.timeout(900)
def test_every_step_of_the_tutorial_works(tmp_path):
    environment = make_environment(tmp_path / "venv")
    folder = tmp_path / "first-look"
    folder.mkdir()
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= {"PATH": f"{environment.python.parent}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}

    steps = follow(TUTORIAL, folder, environment.python, variables, environment.install)

    assert steps >= 9
    assert (folder / "runs" / "first" / "report" / "index.html").exists()
    assert list(pd.read_csv(folder / "similarity.csv").iloc[:, 0]) == ["an oil painting", "a photo"]
    grained = pd.read_parquet(folder / "runs" / "grain" / "results.parquet")
    assert set(grained[grained["method"] == "grain"]["status"]) == {"ok"}
