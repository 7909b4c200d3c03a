"""Costs of any number of units for the process of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(600)

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

command = {"compare": compare, "report": report}[sys.argv[2]]
found = []
for units in map(int, sys.argv[3:]):
    folder = Path(sys.argv[1]) / str(units)
    folder.mkdir()
    run(configure(units // 2, 2, folder), folder)
    if not found:
        # What is imported and remembered once does not count.
        command(folder / "run")
    tracemalloc.start()
    command(folder / "run")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    profile = cProfile.Profile()
    profile.runcall(command, folder / "run")
    found.append((sum(entry.callcount for entry in profile.getstats()), most))
print(json.dumps(found))
"""


# The report takes a minute and more, most of it for charts whose number is fixed.
@pytest.fixture(scope="module", params=["compare", pytest.param("report", marks=pytest.mark.slow)])
def growth(request, tmp_path_factory):
    """Calls of functions and most memory of a command, for 1,000, 2,000 and 4,000 units of two methods."""
    folder = tmp_path_factory.mktemp("growth")
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(folder), request.param, "1000", "2000", "4000"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("cost", ["calls", "memory"])
def test_reading_a_run_costs_no_more_than_in_proportion_to_its_units(growth, cost):
    few, more, most = (costs[("calls", "memory").index(cost)] for costs in growth)

    assert few < more < most
    # Twice as many units are added the second time. What grew with their square would add four times as much.
    assert most - more < 2.5 * (more - few) + 100_000
