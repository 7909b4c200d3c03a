"""An ablation of a real, random method on `mini`: killed and continued, and reported."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import benchmark
from benchmark.cli.main import main
from tests.cli.conftest import assert_ended_alike, run_until_killed, scores

ABLATION = (
    "run", "--protocol", "mini", "--metrics", "ssim,clip_text_similarity", "--methods", "clipstyler", "--seeds", "0,1",
    "--limit", "4", "--set", "clipstyler.steps=2", "--set", "clipstyler.patches=1", "--sweep", "clipstyler.steps=1,3",
    "--ablate", "clipstyler:attention=bottleneck", "--workers", "1", "--threads", "1",
)  # fmt: skip
"""Three settings, two seeds, two cases."""
ROWS = ["clipstyler", "clipstyler@steps=1", "clipstyler@steps=3", "clipstyler@attention=bottleneck"]


def complete(run: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*ABLATION, "--out", str(run)])
    assert not ended.value.code


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ablation, killed three times while it ran, and continued to its end."""
    run = tmp_path_factory.mktemp("killed") / "run"
    journal = run / "journal.jsonl"
    for lines in (2, 7, 12):
        run_until_killed(ABLATION, run, lines, os.environ)
        assert lines <= journal.read_bytes().count(b"\n") < 16
    complete(run)
    return run


@pytest.mark.timeout(600)
def test_that_was_killed_ends_like_an_undisturbed_one(killed: Path, tmp_path: Path) -> None:
    table = scores(killed)
    assert list(dict.fromkeys(table.method)) == ROWS
    assert (len(table), set(table.status)) == (16, {"ok"})
    assert set(table.case.str.endswith("--1")) == {True, False}
    own = table[table.method == "clipstyler"].set_index("case").ssim
    assert own.nunique() == 4, "the method is random, so that its seeds differ"
    complete(tmp_path / "undisturbed")
    assert_ended_alike(killed, tmp_path / "undisturbed")


@pytest.mark.timeout(600)
def test_its_sweep_is_reported_as_the_curve_through_its_rows(killed: Path) -> None:
    page = (killed / "report" / "index.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('<script type="application/json"')[2].partition(">")[2].partition("</script>")[0])
    (spec,) = (spec for name, spec in figures(data) if name == "sweep_1")
    drawn = spec["datasets"][spec["data"]["name"]]
    units = benchmark.load_run(killed)
    means = units.groupby("method")[["ssim", "clip_text_similarity", "seconds", "cpu_seconds"]].mean()
    assert len(drawn) == 2 * 3
    for metric in ("ssim", "clip_text_similarity"):
        points = sorted((row for row in drawn if row["metric"] == metric), key=lambda row: row["place"])
        assert [(row["title"], row["method"], row["base"]) for row in points] == [
            ("1", "clipstyler@steps=1", False),
            ("2", "clipstyler", True),
            ("3", "clipstyler@steps=3", False),
        ]
        for row in points:
            mean = means.loc[row["method"]]
            assert row["y"] == pytest.approx(mean[metric])
            # Where other processes took cores, the processor time stands for the time.
            assert row["x"] in (pytest.approx(mean["seconds"]), pytest.approx(mean["cpu_seconds"]))


def figures(data: object) -> list[tuple[str, dict]]:
    """Finds the named figures in the data of a page."""
    if not isinstance(data, dict):
        return []
    found = [(name, value) for name, value in data.items() if isinstance(value, dict) and "datasets" in value]
    return found + [one for value in data.values() for one in figures(value)]
