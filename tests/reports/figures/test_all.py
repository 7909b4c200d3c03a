"""The charts of a run, and what becomes of those that cannot be drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmark.analysis.statistics import RunStatistics, analyze
from benchmark.store.records import RunRecords
from reports.figures.all import RANKS, TRADE_OFFS, FigureKind, draw_figures, to_png
from reports.figures.figure import Figure


def unknown_mark(run: RunRecords, statistics: RunStatistics) -> Figure:
    return Figure("", "", {"mark": "no such mark", "data": {"values": []}, "encoding": {"x": 5}, "config": {}})


def invalid_chart(run: RunRecords, statistics: RunStatistics) -> Figure:
    import altair as alt

    return Figure("", "", alt.Chart(alt.InlineData(values=[])).mark_point().encode(x=alt.X("a", aggregate=5)).to_dict())


@pytest.mark.parametrize("build", [unknown_mark, invalid_chart], ids=["drawing it", "making it"])
def test_a_chart_that_fails_says_so_and_costs_no_other(crossed_run: RunRecords, build: object) -> None:
    broken = FigureKind("broken", "Broken", build)  # type: ignore[arg-type]
    first, *others = draw_figures((broken, *TRADE_OFFS, *RANKS), crossed_run, analyze(crossed_run))
    assert (first.title, first.figure, first.svg) == ("Broken", None, "")
    assert "Error: " in first.problem
    assert "\n" not in first.problem
    assert [each.name for each in others] == ["trade_off", "quality_and_runtime", "costs", "profile", "ranks"]
    assert all(each.svg.startswith("<svg") and not each.problem for each in others)


def test_without_controls_content_against_style_is_drawn_from_raw_means(crossed_run: RunRecords) -> None:
    raw = replace(crossed_run, methods=crossed_run.methods[:-2])
    (trade_off, *_) = draw_figures(TRADE_OFFS, raw, analyze(raw))
    assert trade_off.figure is not None
    assert trade_off.figure.explanation.startswith("Raw means")
    domains = {each["name"]: each.get("value") for each in trade_off.figure.spec["params"]}
    # The axis of a distance is turned, so that right is better on every one.
    assert domains["content_domains"]["ssim"][0] < domains["content_domains"]["ssim"][1]
    assert domains["content_domains"]["lpips"][0] > domains["content_domains"]["lpips"][1]
    assert "Method 1" in trade_off.svg


def test_a_picture_has_as_many_pixels_as_asked_for(crossed_run: RunRecords) -> None:
    import io

    from PIL import Image

    (ranks,) = draw_figures(RANKS, crossed_run, analyze(crossed_run))
    assert ranks.figure is not None
    small, large = (Image.open(io.BytesIO(to_png(ranks.figure, scale))) for scale in (1, 2))
    assert large.size == pytest.approx((2 * small.width, 2 * small.height), abs=2)


def test_every_chart_is_what_the_chart_library_takes_for_one(crossed_run: RunRecords) -> None:
    """The report does not validate its charts, which takes longer than making them."""
    import altair as alt

    drawn = draw_figures((*TRADE_OFFS, *RANKS), crossed_run, analyze(crossed_run))
    assert len(drawn) == 5
    for figure in (each.figure for each in drawn):
        assert figure is not None
        alt.Chart.from_dict(figure.spec)
        json.dumps(figure.spec, allow_nan=False)
        assert any(figure.spec["datasets"].values()), "no rows"
