"""The tiny protocol, run with methods without networks."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

import benchmark

NO_DEFAULT = "method no_default of sample-plugins cannot be used: setting strength has no default"
"""The error about a sample method that cannot be used."""
TINY = ("run", "--protocol", "tiny", "--metrics", "brightness_difference,sometimes_fails", "--no-report")


def scores(run: Path) -> pd.DataFrame:
    """The results of a run without what differs from run to run."""
    return benchmark.load_run(run).drop(columns=["seconds", "cpu_seconds", "disturbed", "peak_memory_bytes"])


def run_until_killed(arguments: Sequence[str], run: Path, lines: int, environment: Mapping[str, str]) -> None:
    """Runs the command line in a process of its own, and kills it once its journal has so many lines.

    Args:
        arguments: Arguments of ``benchmark``.
        run: Folder of the run.
        lines: Number of lines.
        environment: Environment of the process.
    """
    journal = run / "journal.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmark", *arguments, "--out", str(run)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.read_bytes().count(b"\n") >= lines:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.wait()


def assert_ended_alike(run: Path, undisturbed: Path) -> None:
    """Asserts that two runs have the same results and the same pictures, byte for byte."""
    pd.testing.assert_frame_equal(scores(run), scores(undisturbed))
    pictures = list((undisturbed / "images").rglob("*.png"))
    assert pictures
    for path in pictures:
        assert path.read_bytes() == (run / path.relative_to(undisturbed)).read_bytes()


def as_if_alone(run: Path) -> None:
    """Rewrites a run as it would be if nobody else had used the machine, whose load no test can choose."""
    journal, manifest = run / "journal.jsonl", run / "run.json"
    journal.write_text(journal.read_text().replace('"disturbed":true', '"disturbed":false'))
    value = json.loads(manifest.read_text())
    if value["calibration"]:
        value["calibration"]["disturbed"] = False
    manifest.write_text(json.dumps(value))


@pytest.fixture
def tiny(command, sample_plugins, tmp_path):
    """Runs the tiny protocol with some methods and returns the result; the run is in ``tmp_path / "run"``."""

    def run(methods: str, *arguments: str):
        return command(*TINY, "--methods", methods, "--out", tmp_path / "run", *arguments)

    return run
