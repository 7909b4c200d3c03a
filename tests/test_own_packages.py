"""Folders of the user's that are called ``methods``, ``metrics`` or ``reports`` do not hide ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(params=["empty", "package"])
def folder(request, tmp_path: Path) -> Path:
    """A folder with folders of our names, as research repositories have them."""
    for name in ("methods", "metrics", "reports"):
        (tmp_path / name).mkdir()
        if request.param == "package":
            (tmp_path / name / "__init__.py").write_text("", encoding="utf-8")
            (tmp_path / name / "own.py").write_text("VALUE = 1\n", encoding="utf-8")
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in the folder, which comes first in the search path."""
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([".", str(ROOT)]), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("group", ["methods", "metrics", "reports"])
def test_all_our_plugins_are_listed_and_sound(folder, group):
    listed = python(folder, "-m", "benchmark", "list", group, "--json")

    assert listed.returncode == 0, listed.stderr
    plugins = json.loads(listed.stdout)
    assert len(plugins) >= 6
    assert [plugin["error"] for plugin in plugins if plugin["error"]] == []


def test_workers_and_reports_find_ours_too(folder):
    options = ("--protocol", "smoke", "--limit", "1", "--methods", "color_transfer,gatys", "--metrics", "ssim")
    steps = ("--set", "gatys.steps=1", "--set", "gatys.coarse_steps=1")

    ran = python(folder, "-m", "benchmark", "run", *options, *steps, "--out", "run")

    assert ran.returncode == 0, ran.stderr
    assert set(pd.read_parquet(folder / "run" / "results.parquet")["status"]) == {"ok"}
    assert (folder / "run" / "report" / "index.html").exists()


def test_under_pytest_in_such_a_folder(folder):
    (folder / "test_it.py").write_text(
        "from benchmark.registry import PluginKind, find_plugin\n\n"
        "def test_ours():\n    assert find_plugin(PluginKind.METRICS, 'ssim').load().info.name == 'ssim'\n",
        encoding="utf-8",
    )

    tested = python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")

    assert tested.returncode == 0, tested.stdout


def test_a_name_that_is_truly_taken_is_reported_with_the_folder_that_takes_it(tmp_path):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "__init__.py").write_text("", encoding="utf-8")
    program = (
        "import metrics\n"
        "from benchmark.registry import BrokenPluginError, PluginKind, find_plugin\n"
        "find_plugin(PluginKind.METHODS, 'identity').load()\n"
        "try:\n    find_plugin(PluginKind.METRICS, 'ssim').load()\n"
        "except BrokenPluginError as error:\n    print(error)\n"
    )

    told = python(tmp_path, "-c", program)

    assert f"the name metrics is taken by {tmp_path / 'metrics'}" in told.stdout, told.stderr


def test_users_packages_of_our_names_stay_theirs_until_a_plugin_is_needed(tmp_path):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "__init__.py").write_text("", encoding="utf-8")

    told = python(tmp_path, "-c", "import benchmark, metrics; print(metrics.__file__)")

    assert told.stdout.strip() == str(tmp_path / "metrics" / "__init__.py")
