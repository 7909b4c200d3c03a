"""Costs of any number of units for the process of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import dataclasses, json, sys
from pathlib import Path
from benchmark.store import results
from tools.simulate_units import simulate
results._ROWS_AT_ONCE = 500
print(json.dumps(dataclasses.asdict(simulate(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))))
"""


def simulated(units: int, methods: int, folder: Path) -> dict[str, float]:
    """In a process of its own, since what a process has once taken it may keep."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(units), str(methods), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("methods", [1, 20])
def test_more_units_take_no_more_memory(tmp_path, methods):
    few, many = (simulated(number, methods, tmp_path / str(number)) for number in (4_000, 24_000))

    assert (few["units"], many["units"]) == (4_000, 24_000)
    assert 5.5 < many["journal_bytes"] / few["journal_bytes"] < 6.5
    # What is resampled at once is bounded, and not reached by few. A record kept for each unit would be 40 MB.
    assert many["memory_bytes"] < few["memory_bytes"] + 25_000_000
