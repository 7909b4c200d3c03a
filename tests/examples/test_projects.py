"""Plugins' projects, installed and used as their authors would."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.examples.environment import Environment, make_environment

EXAMPLE = Path(__file__).parents[2] / "examples" / "sliced-wasserstein"


@pytest.fixture
def environment(tmp_path) -> Environment:
    return make_environment(tmp_path / "venv")


@pytest.mark.parametrize(("kind", "group"), [("method", "methods"), ("metric", "metrics"), ("set-metric", "metrics")])
def test_a_new_project_passes_out_of_the_box(environment, tmp_path, kind, group):
    made = environment.run("benchmark", "new", kind, "first-try", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    project = tmp_path / "first-try"
    environment.install(project)

    tested = environment.run("pytest", "-q", folder=project)
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout
    assert "skipped" not in tested.stdout

    (row,) = (
        row
        for row in json.loads(environment.run("benchmark", "list", group, "--json").stdout)
        if row["name"] == "first_try"
    )
    assert (row["distribution"], row["version"], row["error"]) == ("first-try", "0.1.0", "")


def test_the_example_passes_its_tests_and_takes_part_in_a_run(environment, tmp_path):
    project = tmp_path / "sliced-wasserstein"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    environment.install(project)

    tested = environment.run("pytest", "-q", folder=project)
    assert tested.returncode == 0, tested.stdout

    methods = ("--methods", "sliced_wasserstein,identity", "--set", "sliced_wasserstein.steps=2")
    metrics = ("--metrics", "vgg_style_loss")
    options = ("--protocol", "smoke", "--limit", "1", "--out", tmp_path / "run")
    ran = environment.run("benchmark", "run", *methods, *metrics, *options)
    assert ran.returncode == 0, ran.stderr
    summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    text = json.dumps(summary)
    assert "sliced_wasserstein" in text
