"""The tiny protocol, run with methods without networks."""

from __future__ import annotations

import json
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
