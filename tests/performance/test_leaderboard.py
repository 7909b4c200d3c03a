"""How long a leaderboard of 2,000 runs takes to write, and how large its largest page is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.store.records import RunRecords
from reports.leaderboard.report import LeaderboardReport
from tests.reports.sample_runs import build_crossed_run

RUNS = 2000


class ManyRuns(Sequence[RunRecords]):
    """Runs of one protocol, made when they are asked for: two of each method, all of them with the same controls."""

    def __init__(self, run: RunRecords) -> None:
        self._run = run

    def __len__(self) -> int:
        return RUNS

    def __getitem__(self, index: Any) -> Any:
        if index >= RUNS:
            raise IndexError(index)
        first, *others = self._run.methods
        return replace(
            self._run,
            methods=(replace(first, title=f"Team {index % (RUNS // 2)}", version=str(index % (RUNS // 2))), *others),
            provenance={**self._run.provenance, "finished": f"20{index % 90 + 10}-01-01T00:00:00+00:00", "seed": index},
        )


@pytest.mark.benchmark(group="leaderboard")
def test_two_thousand_runs(benchmark: Any, tmp_path: Path) -> None:
    runs = ManyRuns(build_crossed_run(tmp_path / "run", contents=4, styles=4, methods=2))
    site = tmp_path / "site"
    site.mkdir()
    benchmark.pedantic(LeaderboardReport().write, (runs, site), rounds=1)
    sizes = {folder: [file.stat().st_size for file in (site / folder).iterdir()] for folder in ("protocols", "methods")}
    benchmark.extra_info |= {f"largest of {folder}": max(found) for folder, found in sizes.items()}
    assert max(sizes["protocols"]) < 2_000_000
    assert max(sizes["methods"]) < 300_000
    assert len(list((site / "runs").iterdir())) == RUNS
