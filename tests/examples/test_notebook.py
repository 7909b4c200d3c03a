"""The notebook in ``examples/``, executed by a kernel from its first cell to its last."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import benchmark
from tests.examples.environment import make_environment

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"
EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
strict = "import warnings; warnings.simplefilter('error'); warnings.filterwarnings('ignore', module='ipykernel')"
notebook.cells.insert(0, nbformat.v4.new_code_cell(strict))
try:
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": "."}}).execute()
finally:
    nbformat.write(notebook, "executed.ipynb")
"""


def cells_of(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def outputs(cell: dict[str, Any], kind: str) -> str:
    """What a cell shows, as a kind of text."""
    return "".join("".join(output.get("data", {}).get(kind, "")) for output in cell["outputs"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder in which the notebook was executed, with a Python of its own in which it may install; no network."""
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    root = tmp_path_factory.mktemp("notebook")
    environment = make_environment(root / "venv")
    folder = root / "work"
    folder.mkdir()
    own = {
        name: str(root / name.lower())
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    pip = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [environment.python, "-c", EXECUTE, NOTEBOOK],
        cwd=folder, env=variables | own | pip | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def executed(folder):
    """Its code cells with what they showed, by their source."""
    return {"".join(cell["source"]): cell for cell in cells_of(folder / "executed.ipynb")}


def cell_with(executed: dict[str, dict[str, Any]], text: str) -> dict[str, Any]:
    (found,) = (cell for source, cell in executed.items() if text in source)
    return found


def test_it_is_kept_without_outputs_which_would_go_stale():
    for cell in cells_of(NOTEBOOK):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.timeout(400)
def test_every_cell_runs_and_no_unit_fails(folder, executed):
    run = benchmark.open_run(folder / "runs" / "notebook")
    assert run.status is benchmark.RunStatus.COMPLETE
    assert run.problems() == []
    assert not [output for cell in executed.values() for output in cell["outputs"] if output["output_type"] == "error"]


@pytest.mark.timeout(400)
def test_it_shows_tables_and_pictures(executed):
    assert "<table><caption>runs/notebook: complete" in outputs(
        cell_with(executed, "\nrun = benchmark.run(protocol, m"), "text/html"
    )
    assert outputs(cell_with(executed, "run.show()"), "text/html").count("<img ") >= 6
    assert outputs(cell_with(executed, "run.picture("), "image/png")
    assert "cannot be told" in outputs(cell_with(executed, 'run.compare("adain"'), "text/html")


@pytest.mark.timeout(400)
def test_own_pictures_and_the_own_metric_are_rows_and_columns_of_the_run(folder):
    table = benchmark.load_run(folder / "runs" / "notebook")
    assert set(table["method"]) == {"adain", "ghiasi", "identity", "style_copy", "double_exposure"}
    assert table["roughness"].notna().all()
    of_controls = table.groupby("method")["roughness"].mean()
    assert of_controls["style_copy"] < of_controls["identity"]
    assert (folder / "runs" / "notebook" / "report" / "index.html").is_file()
