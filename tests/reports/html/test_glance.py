"""The methods at a glance: anchored scores, turned so that more is better."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.statistics import analyze
from benchmark.store.records import RunRecords
from reports.html.glance import SCALE, Glance, build_glance
from reports.tables.ranking import build_scores
from reports.tables.verdicts import Mark


def glance_at(run: RunRecords) -> Glance | None:
    statistics = analyze(run)
    return build_glance(run, statistics.anchored, build_scores(run, statistics.comparisons), statistics.unanchored)


def test_the_controls_stand_at_the_ends_of_each_axis(crossed_run: RunRecords) -> None:
    glance = glance_at(crossed_run)
    assert glance is not None
    assert [(column.title, column.zero, column.one) for column in glance.columns] == [
        ("Content", "Style copy", "Identity"),
        ("Style", "Identity", "Style copy"),
        ("Text", "Identity", "Style copy"),
    ]
    assert glance.zero < glance.one


def test_every_method_has_its_scores_between_the_controls(crossed_run: RunRecords) -> None:
    glance = glance_at(crossed_run)
    assert glance is not None
    assert [row.title for row in glance.rows] == ["Method 0", "Method 1", "Method 2"]
    keeps_content, _, takes_style = glance.rows
    ssim, lpips = keeps_content.lanes[0]
    assert (ssim.title, lpips.title) == ("SSIM", "LPIPS")
    # A share of 1/4 of the way from the content to the style, whichever direction is better.
    assert float(ssim.text) == pytest.approx(0.75, abs=0.02)
    assert float(lpips.text) == pytest.approx(0.75, abs=0.02)
    assert float(takes_style.lanes[1][0].text) == pytest.approx(0.75, abs=0.02)
    assert ssim.mark is Mark.BEST
    assert takes_style.lanes[0][0].mark is Mark.NONE


def test_scores_beyond_the_controls_are_drawn_at_the_end() -> None:
    assert SCALE.bar(7.0, None, None) == SCALE.bar(SCALE.high, None, None)


def test_without_both_controls_raw_means_are_shown(crossed_run: RunRecords) -> None:
    glance = glance_at(replace(crossed_run, methods=crossed_run.methods[:-1]))
    assert glance is not None
    assert [(column.title, column.anchored) for column in glance.columns] == [
        ("Content", False),
        ("Style", False),
        ("Text", False),
    ]
    ssim, lpips = glance.rows[0].lanes[0]
    assert (ssim.title, lpips.title) == ("SSIM ↑", "LPIPS ↓")
    # 1 − 0.8 · 1/4 and 0.7 · 1/4, the best of three.
    assert float(ssim.text) == pytest.approx(0.8, abs=0.02)
    assert float(lpips.text) == pytest.approx(0.175, abs=0.02)
    assert ssim.mark is Mark.BEST


def test_an_axis_on_which_the_controls_are_alike_shows_raw_means_beside_anchored_axes(crossed_run: RunRecords) -> None:
    units = crossed_run.units.copy()
    units.loc[units["method"].isin(["identity", "style_copy"]), "clip_text"] = 0.5
    glance = glance_at(replace(crossed_run, units=units))
    assert glance is not None
    assert [(column.title, column.anchored) for column in glance.columns] == [
        ("Content", True),
        ("Style", True),
        ("Text", False),
    ]
    assert [lane.title for lane in glance.rows[0].lanes[2]] == ["CLIP text ↑"]
    assert glance.refused == (
        "Not between the controls: CLIP text: the controls style_copy and identity are equal (means 0.5 and 0.5 over "
        "16 cases).",
    )


def test_a_score_whose_controls_are_in_the_wrong_order_says_so_in_its_place(crossed_run: RunRecords) -> None:
    units = crossed_run.units.copy()
    for control, value in (("identity", 0.9), ("style_copy", 0.1)):
        units.loc[units["method"] == control, "lpips"] = value
    glance = glance_at(replace(crossed_run, units=units))
    assert glance is not None
    ssim, lpips = glance.rows[0].lanes[0]
    assert ssim.bar is not None
    assert (lpips.title, lpips.text, lpips.bar) == ("LPIPS", "–", None)
    assert lpips.note.startswith("not between the controls: the controls stand in the wrong order: identity")
    assert ["LPIPS: the controls stand in the wrong order" in sentence for sentence in glance.refused] == [True]


def test_a_run_without_scores_has_nothing_at_a_glance(crossed_run: RunRecords) -> None:
    assert glance_at(replace(crossed_run, summary=())) is None
