"""The tiny protocol, run with methods without networks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import benchmark

NO_DEFAULT = "method no_default of sample-plugins cannot be used: setting strength has no default"
"""Why a sample method cannot be used."""
TINY = ("run", "--protocol", "tiny", "--metrics", "brightness_difference,sometimes_fails", "--no-report")


def scores(run: Path) -> pd.DataFrame:
    """The results of a run without what differs from run to run."""
    return benchmark.load_run(run).drop(columns=["seconds", "cpu_seconds", "disturbed", "peak_memory_bytes"])


@pytest.fixture
def tiny(command, sample_plugins, tmp_path):
    """Runs the tiny protocol with some methods and returns the result; the run is in ``tmp_path / "run"``."""

    def run(methods: str, *arguments: str):
        return command(*TINY, "--methods", methods, "--out", tmp_path / "run", *arguments)

    return run
