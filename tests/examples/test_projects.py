"""Plugins' projects, installed and used as their authors would."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmark.store.journal import UnitRecord, read_journal
from benchmark.store.records import UnitStatus
from tests.examples.environment import Environment, make_environment

EXAMPLES = Path(__file__).parents[2] / "examples"


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


def install_example(environment: Environment, name: str, folder: Path) -> Path:
    project = folder / name
    shutil.copytree(EXAMPLES / name, project, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    environment.install(project)
    return project


@pytest.mark.parametrize("name", ["sliced-wasserstein", "styleclip"])
def test_an_example_passes_its_tests(environment, tmp_path, name):
    project = install_example(environment, name, tmp_path)
    tested = environment.run("pytest", "-q", folder=project)
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout
    assert "skipped" not in tested.stdout


def run_example(environment: Environment, out: Path, *arguments: str) -> list[UnitRecord]:
    """Runs a method and a control on the first case of `smoke` and returns the method's records."""
    options = ("--protocol", "smoke", "--limit", "1", "--metrics", "vgg_style_loss", "--no-report", "--out", out)
    ran = environment.run("benchmark", "run", *arguments, *options)
    assert ran.returncode == 0, ran.stderr
    records, _ = read_journal(out / "journal.jsonl")
    return [record for record in records.values() if record.method != "identity"]


def test_the_example_on_vgg_takes_part_in_a_run(environment, tmp_path):
    install_example(environment, "sliced-wasserstein", tmp_path)
    arguments = ("--methods", "sliced_wasserstein,identity", "--set", "sliced_wasserstein.steps=2")
    (record,) = run_example(environment, tmp_path / "run", *arguments)
    assert (record.method, record.status) == ("sliced_wasserstein", UnitStatus.OK)
    assert record.scores.keys() == {"vgg_style_loss"}


def test_the_example_with_a_generator_takes_part_in_a_run_and_skips_what_it_cannot_make(environment, tmp_path):
    install_example(environment, "styleclip", tmp_path)
    made = environment.run("styleclip.untrained", tmp_path / "generator.pt")
    assert made.returncode == 0, made.stderr
    methods = ("--methods", "styleclip,identity")
    generator = ("--set", f"styleclip.generator={tmp_path / 'generator.pt'}")
    steps = ("--set", "styleclip.steps=2", "--set", "styleclip.inversion_steps=2")

    (without,) = run_example(environment, tmp_path / "without", *methods)
    assert without.status is UnitStatus.SKIPPED
    assert "--set styleclip.generator=FILE" in without.error

    (skipped,) = run_example(environment, tmp_path / "skipped", *methods, *generator, *steps)
    assert skipped.status is UnitStatus.SKIPPED
    assert "after 2 steps its nearest picture has a feature distance of" in skipped.error

    anything = ("--set", "styleclip.reachable_distance=1000000")
    (edited,) = run_example(environment, tmp_path / "edited", *methods, *generator, *steps, *anything)
    assert edited.status is UnitStatus.OK
    assert edited.scores.keys() == {"vgg_style_loss"}

    wrong = environment.run("benchmark", "run", *methods, "--set", "styleclip.generator=nowhere.pt")
    assert wrong.returncode == 2
    assert "settings of method styleclip: generator names a file that is not there: nowhere.pt" in wrong.stderr
