"""Scores between the controls."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.anchoring import anchored_scores
from tests.analysis.conftest import make_run, method

METHODS = (method("a"), method("keep", anchor="content"), method("copy", anchor="style"))
BASE = np.random.default_rng(0).normal(size=(3, 3))
SCORES = {
    "a": {"ssim": 0.4 + 0.01 * BASE, "loss": 4 + 0.1 * BASE},
    "keep": {"ssim": np.ones((3, 3)), "loss": 8 + 0.1 * BASE},
    "copy": {"ssim": 0.2 + 0.01 * BASE, "loss": np.zeros((3, 3))},
}


def test_the_content_is_one_on_the_axis_of_content_and_zero_on_that_of_style():
    found = {score.metric: score for score in anchored_scores(make_run(SCORES, methods=METHODS))}
    assert (found["ssim"].zero, found["ssim"].one) == ("copy", "keep")
    assert (found["loss"].zero, found["loss"].one) == ("keep", "copy")
    assert found["ssim"].score == pytest.approx(0.25, abs=0.01)
    assert found["loss"].score == pytest.approx(0.5, abs=0.01)


def test_every_score_has_an_interval_and_says_from_how_many_it_is():
    score = anchored_scores(make_run(SCORES, methods=METHODS))[0]
    assert score.interval.low <= score.score <= score.interval.high
    assert (score.cases, score.contents, score.styles) == (9, 3, 3)


def test_the_controls_themselves_have_none():
    assert {score.method for score in anchored_scores(make_run(SCORES, methods=METHODS))} == {"a"}


def test_without_both_controls_there_is_no_scale():
    scores = {name: SCORES[name] for name in ("a", "keep")}
    assert anchored_scores(make_run(scores, methods=METHODS[:2])) == []


def test_controls_that_agree_make_no_scale():
    scores = {**SCORES, "copy": {**SCORES["copy"], "ssim": np.ones((3, 3))}}
    assert [score.metric for score in anchored_scores(make_run(scores, methods=METHODS))] == ["loss"]


def test_a_method_may_leave_the_scale():
    scores = {**SCORES, "a": {"ssim": np.full((3, 3), 0.1), "loss": np.full((3, 3), 9.0)}}
    assert all(score.score < 0 for score in anchored_scores(make_run(scores, methods=METHODS)))
