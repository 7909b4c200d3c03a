"""Runs of the tiny protocol, in this process or in one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil
import pytest

import benchmark

TINY = ("run", "--protocol", "tiny", "--metrics", "brightness_difference,brightness_gap", "--no-report")


def results(run: Path) -> pd.DataFrame:
    """The results of a run without what differs from run to run."""
    return benchmark.load_run(run).drop(columns=["seconds", "cpu_seconds", "disturbed", "peak_memory_bytes"])


def assert_same_results(run: Path, other: Path) -> None:
    """Fails unless two runs have the same results, scores of set metrics and image bytes."""
    pd.testing.assert_frame_equal(results(run), results(other))
    images = sorted(path.relative_to(run) for path in run.glob("images/*/*.png"))
    assert images == sorted(path.relative_to(other) for path in other.glob("images/*/*.png"))
    assert all((run / image).read_bytes() == (other / image).read_bytes() for image in images)
    assert set_scores(run) == set_scores(other)


def set_scores(run: Path) -> dict[str, float | None]:
    from benchmark.analysis.loading import load_records

    return {row.method: row.mean for row in load_records(run).summary if row.metric == "brightness_gap"}


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def tiny(command, sample_plugins, tmp_path):
    """Runs the tiny protocol with some methods and returns the result; the run is in ``tmp_path / "run"``."""

    def run(methods: str, *arguments: str | Path):
        return command(*TINY, "--methods", methods, "--out", tmp_path / "run", *arguments)

    return run


@pytest.fixture
def start(sample_plugins, tmp_path):
    """Starts the same in a process of its own, which is killed at the end of the test."""
    processes = []

    def run(methods: str, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        given = [*TINY, "--methods", methods, "--out", tmp_path / "run", *arguments]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmark", *map(str, given)],
            env={**os.environ, "PYTHONPATH": str(sample_plugins), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()
