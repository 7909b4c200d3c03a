"""The page about pictures made elsewhere, followed literally: three worked examples, from a folder to two papers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pandas as pd
import pytest

import benchmark
from tests.executed_page import follow

PAGE = Path(__file__).parent.parent / "docs" / "elsewhere.md"


@pytest.mark.timeout(900)
def test_every_example_works(tmp_path):
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
    }

    steps = follow(PAGE, tmp_path, Path(sys.executable), variables)

    assert steps >= 11
    scored = benchmark.load_run(tmp_path / "runs" / "scored")
    assert (tmp_path / "runs" / "scored" / "report" / "index.html").exists()
    program = benchmark.load_run(tmp_path / "runs" / "blend")
    # The same script by another way makes the same pictures, which get the same scores.
    by_program = program[program.method == "blend"].sort_values("style")
    assert by_program.ssim.to_list() == pytest.approx(scored.sort_values("style").ssim.to_list(), abs=1e-6)
    assert by_program.seconds.notna().all()
    assert program.st_lpips.notna().all()
    papers = benchmark.load_run(tmp_path / "runs" / "papers")
    assert set(papers.method) == {"color_transfer", "identity", "style_copy", "little", "much"}
    made = papers[papers.method.isin(["little", "much"])]
    assert made.seconds.isna().all()
    assert made.groupby("method").ssim.mean()["little"] > made.groupby("method").ssim.mean()["much"]
    facts = {one["name"]: one for one in json.loads((tmp_path / "runs/papers/run.json").read_text())["methods"]}
    assert (facts["much"]["title"], facts["much"]["origin"]) == ("Blend, much", "pictures")
    merged = benchmark.load_run(tmp_path / "runs" / "all")
    assert {"blend", "little", "much"} < set(merged.method)
    assert (tmp_path / "together" / "index.html").exists()
    assert pd.read_parquet(tmp_path / "runs" / "all" / "results.parquet").equals(merged)
