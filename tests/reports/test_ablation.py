"""Variants in the reports that are no pages: Markdown, LaTeX, JSON and figures."""

from __future__ import annotations

import json
import re
from pathlib import Path

import altair as alt
import pytest

from benchmark.analysis.statistics import analyze
from benchmark.store.records import RunRecords
from reports.exports import JsonReport
from reports.figure_files import FiguresReport
from reports.figures.sweeps import draw_sweeps
from reports.latex import LatexReport
from reports.markdown import MarkdownReport
from tests.reports.variant_runs import build_variant_run


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    return build_variant_run(tmp_path_factory.mktemp("varied"))


def test_markdown_has_the_changes_and_their_differences(varied: RunRecords, tmp_path: Path) -> None:
    text = MarkdownReport().write([varied], tmp_path).read_text()
    _, part = text.split("### Ablation: Method 0\n")
    assert re.search(r"\| tail=false \| 2: CLIP style, CLIP text \| 2: SSIM, LPIPS \| 0 \| × 2\.\d\d \|", part)
    (comparison,) = (
        one
        for one in analyze(varied).ablations[0].comparisons
        if (one.metric, one.first) == ("ssim", "method_0@tail=false")
    )
    assert comparison.corrected is not None
    low, high = (f"{abs(end):.3f}" for end in (comparison.corrected.low, comparison.corrected.high))
    assert f"| tail=false | −{abs(comparison.difference.mean):.3f}<br>−{low} – −{high} |" in part


def test_latex_has_a_table_of_differences_with_intervals(varied: RunRecords, tmp_path: Path) -> None:
    text = LatexReport().write([varied], tmp_path).read_text()
    (table,) = (table for table in text.split("\\begin{table}") if "Ablation of Method 0" in table)
    heads = r"Change & SSIM $\uparrow$ & LPIPS $\downarrow$ & CLIP style $\uparrow$ & CLIP text $\uparrow$ & Time"
    assert heads in table
    assert re.search(r"tail=false & \\underline\{\$-\$0\.\d+\} & ", table), "less similar: shown to be worse"
    assert r"\textbf{" in table
    assert table.count(r"\scriptsize") == 3 * 4


def test_json_has_the_comparisons(varied: RunRecords, tmp_path: Path) -> None:
    (run,) = json.loads(JsonReport().write([varied], tmp_path).read_text())["runs"]
    (found,) = run["statistics"]["ablations"]
    assert found["base"] == "method_0"
    assert len(found["comparisons"]) == 3 * 4


def test_figures_have_the_curve_of_a_sweep(varied: RunRecords, tmp_path: Path) -> None:
    FiguresReport().write([varied], tmp_path)
    assert (tmp_path / "sweep_1.svg").exists()
    assert r"## Method 0\: strength" in (tmp_path / "figures.md").read_text()


def test_the_curve_goes_through_the_means_of_its_rows(varied: RunRecords) -> None:
    (drawn,) = draw_sweeps(varied, analyze(varied))
    assert drawn.figure is not None
    spec = drawn.figure.spec
    alt.Chart.from_dict(spec)
    rows = spec["datasets"][spec["data"]["name"]]
    assert [(row["title"], row["base"]) for row in rows if row["metric"] == "ssim"] == [
        ("1", True),
        ("2", False),
        ("3", False),
    ]
    for row in rows:
        units = varied.units[varied.units.method == row["method"]]
        assert row["y"] == pytest.approx(units[row["metric"]].mean())
        assert row["x"] == pytest.approx(units["seconds"].mean())


def test_nothing_is_said_without_variants(crossed_run: RunRecords, tmp_path: Path) -> None:
    assert "blation" not in MarkdownReport().write([crossed_run], tmp_path).read_text()
    assert "blation" not in LatexReport().write([crossed_run], tmp_path).read_text()
    assert "blation" not in JsonReport().write([crossed_run], tmp_path).read_text()
    assert draw_sweeps(crossed_run, analyze(crossed_run)) == ()
