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


GROWTH = """
import cProfile, json, sys, tracemalloc
from pathlib import Path
from benchmark.analysis.loading import load_records
from benchmark.analysis.statistics import analyze
from reports.html.report import HtmlReport
from tools.simulate_units import configure, run

def compare(folder):
    analyze(load_records(folder))

def report(folder):
    HtmlReport().write([load_records(folder)], folder)

found = []
for units in map(int, sys.argv[2:]):
    folder = Path(sys.argv[1]) / str(units)
    folder.mkdir()
    run(configure(units // 2, 2, folder), folder)
    for command in (compare, report):
        if len(found) < 2:
            # What is imported and remembered once does not count.
            command(folder / "run")
        tracemalloc.start()
        command(folder / "run")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        profile = cProfile.Profile()
        profile.runcall(command, folder / "run")
        found.append((command.__name__, sum(entry.callcount for entry in profile.getstats()), most))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def growth(tmp_path_factory):
    """Calls of functions and most memory of each command, for 1,000, 2,000 and 4,000 units of two methods."""
    folder = tmp_path_factory.mktemp("growth")
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(folder), "1000", "2000", "4000"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for command, calls, memory in json.loads(done.stdout):
        found.setdefault(command, []).append((calls, memory))
    return found


@pytest.mark.parametrize("command", ["compare", "report"])
@pytest.mark.parametrize("cost", ["calls", "memory"])
def test_reading_a_run_costs_no_more_than_in_proportion_to_its_units(growth, command, cost):
    few, more, most = (costs[("calls", "memory").index(cost)] for costs in growth[command])

    assert few < more < most
    # Twice as many units are added the second time. What grew with their square would add four times as much.
    assert most - more < 2.5 * (more - few) + 100_000
