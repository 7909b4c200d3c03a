"""Costs of the shipped protocols as a user runs them. ``mini`` takes minutes: select it by name."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest


@pytest.mark.benchmark(group="protocols")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("protocol", ["smoke", "mini"])
def test_run_all_methods(benchmark, tmp_path, protocol):
    out = tmp_path / "run"
    command = [sys.executable, "-m", "benchmark", "run", "--methods", "all", "--protocol", protocol, "--out", str(out)]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True), rounds=1)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    benchmark.extra_info["peak memory in GB"] = children.ru_maxrss * 1024 / 1e9
