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


@pytest.fixture(scope="module")
def styleclip(tmp_path_factory) -> Environment:
    return install_example("styleclip", tmp_path_factory.mktemp("styleclip"))[0]


def install_example(name: str, folder: Path) -> tuple[Environment, Path]:
    """Installs an example in an environment of its own and returns both, the example as its folder."""
    environment = make_environment(folder / "venv")
    project = folder / name
    shutil.copytree(EXAMPLES / name, project, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    environment.install(project)
    return environment, project


def run_example(environment: Environment, out: Path, *arguments: str) -> UnitRecord:
    """Runs a method beside a control on the first case of ``smoke`` and returns the method's record."""
    options = ("--protocol", "smoke", "--limit", "1", "--metrics", "ssim", "--no-report", "--out", out)
    ran = environment.run("benchmark", "run", *arguments, *options)
    assert ran.returncode == 0, ran.stderr
    records, _ = read_journal(out / "journal.jsonl")
    (record,) = (record for record in records.values() if record.method != "identity")
    return record


@pytest.mark.parametrize("name", ["sliced-wasserstein", "styleclip"])
def test_an_example_passes_its_tests(tmp_path, name):
    environment, project = install_example(name, tmp_path)
    tested = environment.run("pytest", "-q", folder=project)
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout
    assert "skipped" not in tested.stdout


def test_the_example_on_vgg_takes_part_in_a_run(tmp_path):
    environment, _ = install_example("sliced-wasserstein", tmp_path)
    arguments = ("--methods", "sliced_wasserstein,identity", "--set", "sliced_wasserstein.steps=2")
    record = run_example(environment, tmp_path / "run", *arguments)
    assert (record.method, record.status) == ("sliced_wasserstein", UnitStatus.OK)
    assert "ssim" in record.scores


class TestStyleCLIP:
    METHODS = ("--methods", "styleclip,identity")

    @pytest.fixture
    def with_generator(self, styleclip, tmp_path) -> tuple[str, ...]:
        """Options for few steps with a generator of random weights."""
        made = styleclip.run("styleclip.untrained", tmp_path / "generator.pt")
        assert made.returncode == 0, made.stderr
        values = {"generator": tmp_path / "generator.pt", "steps": 2, "inversion_steps": 2}
        return tuple(word for name, value in values.items() for word in ("--set", f"styleclip.{name}={value}"))

    def test_skips_every_case_without_a_generator(self, styleclip, tmp_path):
        record = run_example(styleclip, tmp_path / "run", *self.METHODS)
        assert record.status is UnitStatus.SKIPPED
        assert "--set styleclip.generator=FILE" in record.error

    def test_skips_contents_that_the_generator_cannot_make(self, styleclip, with_generator, tmp_path):
        record = run_example(styleclip, tmp_path / "run", *self.METHODS, *with_generator)
        assert record.status is UnitStatus.SKIPPED
        assert "after 2 steps its nearest picture has a feature distance of" in record.error

    def test_edits_the_others(self, styleclip, with_generator, tmp_path):
        anything = ("--set", "styleclip.reachable_distance=1000000")
        record = run_example(styleclip, tmp_path / "run", *self.METHODS, *with_generator, *anything)
        assert record.status is UnitStatus.OK
        assert "ssim" in record.scores

    def test_names_a_file_that_is_not_there_before_anything_runs(self, styleclip, tmp_path):
        result = styleclip.run("benchmark", "run", *self.METHODS, "--set", "styleclip.generator=nowhere.pt")
        assert result.returncode == 2
        assert "settings of method styleclip: generator names a file that is not there: nowhere.pt" in result.stderr
