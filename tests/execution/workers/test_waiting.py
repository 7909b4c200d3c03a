"""Threads wait asleep wherever something is computed: the setting is there when PyTorch is first imported.

Every Python process that these tests start notes what PyTorch finds when it is imported, and the arguments it has.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.execution.workers.waiting import wait_passively
from tests.conftest import SAMPLE_PLUGINS

VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY")
PASSIVE = "PASSIVE"
WITNESS = """
import ctypes, os, sys

class Witness:
    def find_spec(self, name, path, target=None):
        if name == "torch":
            sys.meta_path.remove(self)
            found = ctypes.CDLL(None)["getenv"]
            found.restype = ctypes.c_char_p
            # What C reads, as the OpenMP runtime does.
            policy = (found(b"OMP_WAIT_POLICY") or b"unset").decode()
            with open(os.environ["WITNESS"], "a") as file:
                file.write(f"{policy} {' '.join(sys.orig_argv)!r}\\n")

sys.meta_path.insert(0, Witness())
"""
RUN = ("run", "--protocol", "tiny", "--methods", "noisy", "--metrics", "brightness_difference", "--limit", "1")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the witness asks the C library")


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "witness").mkdir()
    (tmp_path / "witness" / "sitecustomize.py").write_text(WITNESS)
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "witness"), str(SAMPLE_PLUGINS), kept.get("PYTHONPATH", "")]),
        "WITNESS": str(tmp_path / "imports"),
    }


@pytest.fixture
def imports_of(environment, tmp_path):
    """Starts Python with arguments, and returns what each process found that imported PyTorch: policy and arguments."""

    def run(*arguments: str | Path, **variables: str) -> list[tuple[str, str]]:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)], env={**environment, **variables}, cwd=tmp_path, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        lines = (tmp_path / "imports").read_text().splitlines()
        return [tuple(line.split(" ", 1)) for line in lines]

    return run


@pytest.fixture
def picture():
    return SAMPLE_PLUGINS / "sample_plugins" / "tiny" / "hills.png"


def policies(imports) -> set[str]:
    return {policy for policy, _ in imports}


def test_a_run_and_the_server_of_its_workers(imports_of, tmp_path):
    imports = imports_of("-m", "benchmark", *RUN, "--no-report", "--out", tmp_path / "run")
    assert policies(imports) == {PASSIVE}
    assert any("forkserver" in arguments for _, arguments in imports)
    assert any("--limit" in arguments for _, arguments in imports)


def test_a_run_on_ray(imports_of, tmp_path):
    pytest.importorskip("ray")
    imports = imports_of("-m", "benchmark", *RUN, "--no-report", "--executor", "ray", "--out", tmp_path / "run")
    assert policies(imports) == {PASSIVE}
    assert any("forkserver" in arguments for _, arguments in imports)


@pytest.mark.parametrize(
    "arguments",
    [
        ("stylize", "{picture}", "--method", "color_transfer", "--style", "{picture}", "--size", "64", "-o", "out.png"),
        ("similarity", "--image", "{picture}", "--prompt", "a hill"),
        ("audit", "--protocol", "tiny", "--metrics", "brightness_difference"),
        ("list", "metrics"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_that_compute_in_their_own_process_and_trials_of_plugins(imports_of, picture, arguments):
    imports = imports_of("-m", "benchmark", *(argument.format(picture=picture) for argument in arguments))
    assert policies(imports) == {PASSIVE}


WORKER = """
if __name__ == "__main__":
    import pathlib
    {before}
    import torch
    from benchmark.execution.workers.executor import pickle_configuration
    from benchmark.execution.workers.local_executor import LocalExecutor
    from benchmark.execution.tasks.unit_task import UnitTask
    from benchmark.plan.resources import Resources
    from benchmark.plan.selection import configure_run

    configuration = configure_run(protocol="tiny", methods="noisy", metrics="brightness_difference", assignments={{}})
    tasks = [UnitTask(configuration.units()[0])]
    resources = Resources(workers=1, threads=1)
    with LocalExecutor(pickle_configuration(configuration), pathlib.Path("run"), resources) as executor:
        list(executor.execute(tasks, lambda: False))
"""
SPAWNED = "from benchmark.execution.workers import server; server.HAS_SERVER = False"
ANOTHER_SERVER = "from multiprocessing import forkserver; forkserver.ensure_running()"


@pytest.mark.parametrize(
    ("before", "started_by"),
    [("", "forkserver"), (SPAWNED, "spawn_main"), (ANOTHER_SERVER, "forkserver")],
    ids=["server", "new interpreter", "server that someone else started"],
)
def test_workers_of_a_program_that_had_imported_pytorch_before(imports_of, tmp_path, before, started_by):
    (tmp_path / "program.py").write_text(WORKER.format(before=before))
    imports = imports_of("program.py")
    assert [policy for policy, arguments in imports if started_by in arguments] == [PASSIVE]


class TestWhatTheUserHasSet:
    def test_stays_in_all_processes(self, imports_of, tmp_path):
        arguments = ("-m", "benchmark", *RUN, "--no-report", "--out", tmp_path / "run")
        assert policies(imports_of(*arguments, OMP_WAIT_POLICY="ACTIVE")) == {"ACTIVE"}

    @pytest.mark.parametrize("name", VARIABLES)
    def test_stays_by_whatever_name(self, monkeypatch, name):
        for other in VARIABLES:
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv(name, "17")
        wait_passively()
        assert {other: os.environ.get(other) for other in VARIABLES if other in os.environ} == {name: "17"}


def test_the_runtime_of_this_pytorch_reads_it(environment):
    # Not asked of PyTorch itself: the runtime prints what it does when it is loaded.
    code = "from benchmark.execution.workers.waiting import wait_passively; wait_passively(); import torch"
    shown = {**environment, "OMP_DISPLAY_ENV": "VERBOSE", "WITNESS": os.devnull}
    done = subprocess.run([sys.executable, "-c", code], env=shown, capture_output=True, text=True, check=True)
    assert "OMP_WAIT_POLICY" in done.stderr
    # Sleeping at once costs more than half of the time of small operations on a quiet machine.
    if "GOMP_SPINCOUNT" in done.stderr:
        assert "GOMP_SPINCOUNT = '3000'" in done.stderr
    for line in done.stderr.splitlines():
        if "OMP_WAIT_POLICY" in line:
            assert "PASSIVE" in line.upper()


def test_setting_it_imports_no_pytorch():
    spec = importlib.util.find_spec("benchmark.execution.workers.waiting")
    code = "import sys, benchmark.execution.workers.waiting; assert 'torch' not in sys.modules"
    assert spec is not None
    subprocess.run([sys.executable, "-c", code], check=True)
