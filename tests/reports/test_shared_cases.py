"""Wherever methods stand side by side, each number is over the cases that all of them answered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from benchmark.analysis.statistics import analyze
from benchmark.store.records import RunRecords, UnitStatus
from reports.figures.costs import cost_figure, quality_figure
from reports.figures.figure import Figure
from reports.figures.profile import profile_figure
from reports.figures.ranks import rank_figure
from reports.figures.trade_off import trade_off_figure
from reports.figures.trend import trend_figure
from reports.html.glance import build_glance
from reports.html.heat_map import build_heat_maps
from reports.html.picture_source import PictureSource
from reports.html.report import HtmlReport
from reports.tables.ranking import build_scores
from reports.tables.units import read_units
from tests.reports.conftest import parse_html

HARD = "content_0"
METRICS = ("ssim", "lpips", "clip_style", "clip_text")


@pytest.fixture
def uneven(crossed_run: RunRecords) -> RunRecords:
    """The crossed run, of which the second method did not answer a content that is hard and slow for every method."""
    units = crossed_run.units.copy()
    hard = (units["content"] == HARD) & units["method"].str.startswith("method")
    units.loc[hard, "ssim"] -= 5
    units.loc[hard, "clip_style"] -= 5
    units.loc[hard, "seconds"] = 1000.0
    units.loc[hard & (units["method"] == "method_1"), "status"] = UnitStatus.FAILED
    return replace(crossed_run, units=units)


@pytest.fixture
def even(uneven: RunRecords) -> RunRecords:
    """The same run without that content: what every comparison should say of the other."""
    cases = tuple(case for case in uneven.cases if case.content != HARD)
    return replace(uneven, cases=cases, units=uneven.units[uneven.units["content"] != HARD])


def drawn(figure: Figure | None) -> list[dict[str, Any]]:
    assert figure is not None
    alt.Chart.from_dict(figure.spec)
    json.dumps(figure.spec, allow_nan=False)
    return [row for rows in figure.spec["datasets"].values() for row in rows]


@pytest.mark.parametrize("controls", [True, False], ids=["anchored", "raw"])
@pytest.mark.parametrize("build", [trade_off_figure, quality_figure, cost_figure, profile_figure, rank_figure])
def test_charts_are_those_of_the_shared_cases(uneven: RunRecords, even: RunRecords, build: Any, controls: bool) -> None:
    if not controls:
        uneven, even = (replace(run, methods=run.methods[:3]) for run in (uneven, even))
    found, expected = (build(run, analyze(run)) for run in (uneven, even))
    assert (found is None) == (expected is None)
    if found is not None:
        assert drawn(found) == drawn(expected)


def test_raw_scores_at_a_glance_are_those_of_the_shared_cases(uneven: RunRecords, even: RunRecords) -> None:
    texts = []
    for run in (uneven, even):
        bare = replace(run, methods=run.methods[:3])
        statistics = analyze(bare)
        glance = build_glance(bare, statistics.anchored, build_scores(bare, statistics.comparisons))
        assert glance is not None
        texts.append([lane.text for row in glance.rows for lane in row.lanes[1]])
    del texts[1]
    statistics = analyze(even)
    means = [entry.estimate.mean for entry in statistics.means if entry.metric == "clip_style"][:3]
    assert [float(text) for text in texts[0]] == pytest.approx(means, abs=0.005)


def test_a_trend_is_over_the_cases_of_all_runs(crossed_run: RunRecords, uneven: RunRecords) -> None:
    # The hard content is hard in every run; only the middle one lacks it for the second method.
    units = uneven.units.assign(status=UnitStatus.OK)
    whole = replace(uneven, units=units)
    rows = drawn(trend_figure({1: whole, 2: uneven, 3: whole}, METRICS))
    of_method = [row for row in rows if row.get("method") == "method_1" and row.get("metric") == "ssim"]
    assert len({round(row["y"], 9) for row in of_method}) == 1
    assert {row["run"] for row in of_method} == {1, 2, 3}
    assert all("12 cases" in row["note"] for row in of_method)


def test_matches_of_similarity_matrices_are_counted_on_shared_cases(crossed_run: RunRecords) -> None:
    cases = crossed_run.cases
    prompts = [style["prompt"] for style in crossed_run.styles]

    def matrix(number: int) -> dict[str, Any]:
        """The first prompt is always the most similar."""
        columns = [case.id for case in cases[:number]]
        return {
            "rows": prompts,
            "columns": columns,
            "values": [[1.0 - place] * number for place in range(len(prompts))],
        }

    similarity = {"method_0": matrix(16), "method_1": matrix(8), "method_2": matrix(2)}
    run = replace(crossed_run, similarity=similarity)
    maps = build_heat_maps(run, read_units(run), PictureSource(run.directory, None))
    assert maps is not None
    assert maps.uneven
    assert [(one.hits, one.judged, one.apart) for one in maps.maps] == [(2, 8, False), (2, 8, False), (1, 2, True)]


def test_the_page_says_who_is_left_out_why_no_scale_is_made_and_that_ranks_describe(
    crossed_run: RunRecords, tmp_path: Path
) -> None:
    units = crossed_run.units.copy()
    units.loc[(units["method"] == "method_1") & (units["case"] != units["case"].iloc[0]), "ssim"] = float("nan")
    for control, value in (("identity", 0.9), ("style_copy", 0.1)):
        units.loc[units["method"] == control, "lpips"] = value
    page = parse_html(HtmlReport().write([replace(crossed_run, units=units)], tmp_path).read_text(encoding="utf-8"))
    text = " ".join("".join(page.itertext()).split())
    assert "LPIPS: the controls stand in the wrong order" in text
    assert "Left out, having too few cases to be compared, Method 1 by: SSIM" in text
    assert "they describe this run and show no difference" in text
    assert "critical difference" in text
    assert "descriptive" in text
