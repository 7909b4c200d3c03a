"""Costs of starting the command."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.benchmark(group="start-up")
@pytest.mark.parametrize("arguments", [["--help"], ["list", "methods"], ["list", "metrics"]], ids=" ".join)
def test_start(benchmark, arguments):
    command = [sys.executable, "-m", "benchmark", *arguments]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True), rounds=5, warmup_rounds=1)
