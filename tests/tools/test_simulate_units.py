"""What any number of units costs the process of a run."""

from __future__ import annotations

from tools.simulate_units import simulate


def test_running_more_units_takes_no_more_memory(tmp_path):
    costs = []
    for number in (2_000, 20_000):
        folder = tmp_path / str(number)
        folder.mkdir()
        costs.append(simulate(number, folder))
    few, many = costs

    assert (few.units, many.units) == (2_000, 20_000)
    assert 9 < many.journal_bytes / few.journal_bytes < 11
    assert many.running_bytes < 2**20
