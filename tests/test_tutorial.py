"""The tutorial, followed literally: every command in its order, in an empty folder and an environment of its own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tests.examples.environment import make_environment

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^>]*) -->\n)?```(?P<language>bash|python)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)


@pytest.mark.timeout(900)
def test_every_step_of_the_tutorial_works(tmp_path):
    environment = make_environment(tmp_path / "venv")
    folder = tmp_path / "first-look"
    folder.mkdir()
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= {"PATH": f"{environment.python.parent}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    steps = 0
    for block in BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")):
        mark, text = block["mark"] or "", block["text"]
        if mark.startswith("not run"):
            continue
        steps += 1
        if mark.startswith("file: "):
            assert (folder / mark.removeprefix("file: ")).exists(), "the scaffold writes another file"
            (folder / mark.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif mark.startswith("installs: "):
            environment.install(folder / mark.removeprefix("installs: "))
        else:
            program = (
                f'set -e\nbenchmark() {{ python -m benchmark "$@"; }}\n{text}' if block["language"] == "bash" else text
            )
            command = ["bash", "-c", program] if block["language"] == "bash" else [environment.python, "-c", program]
            done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"

    assert steps >= 9
    assert (folder / "runs" / "first" / "report" / "index.html").exists()
    assert list(pd.read_csv(folder / "similarity.csv").iloc[:, 0]) == ["an oil painting", "a photo"]
    grained = pd.read_parquet(folder / "runs" / "grain" / "results.parquet")
    assert set(grained[grained["method"] == "grain"]["status"]) == {"ok"}
