"""Scores between the controls."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.anchoring import anchored_scores
from benchmark.analysis.interval import crossed_estimate, t_test
from tests.analysis.conftest import make_run, method

METHODS = (method("a"), method("keep", anchor="content"), method("copy", anchor="style"))


def anchored(run):
    return anchored_scores(run)[0]


def refused(run):
    return {(entry.metric, entry.method): entry.reason for entry in anchored_scores(run)[1]}


BASE = np.random.default_rng(0).normal(size=(3, 3))
SCORES = {
    "a": {"ssim": 0.4 + 0.01 * BASE, "loss": 4 + 0.1 * BASE},
    "keep": {"ssim": np.ones((3, 3)), "loss": 8 + 0.1 * BASE},
    "copy": {"ssim": 0.2 + 0.01 * BASE, "loss": np.zeros((3, 3))},
}


def test_the_content_is_one_on_the_axis_of_content_and_zero_on_that_of_style():
    found = {score.metric: score for score in anchored(make_run(SCORES, methods=METHODS))}
    assert (found["ssim"].zero, found["ssim"].one) == ("copy", "keep")
    assert (found["loss"].zero, found["loss"].one) == ("keep", "copy")
    assert found["ssim"].score == pytest.approx(0.25, abs=0.01)
    assert found["loss"].score == pytest.approx(0.5, abs=0.01)


def test_every_score_has_an_interval_and_says_from_how_many_it_is():
    score = anchored(make_run(SCORES, methods=METHODS))[0]
    assert score.interval.low <= score.score <= score.interval.high
    assert (score.cases, score.contents, score.styles) == (9, 3, 3)


def test_the_controls_themselves_have_none():
    assert {score.method for score in anchored(make_run(SCORES, methods=METHODS))} == {"a"}


def test_without_both_controls_there_is_no_scale():
    scores = {name: SCORES[name] for name in ("a", "keep")}
    run = make_run(scores, methods=METHODS[:2])
    assert anchored(run) == []
    reason = "the run has no control that marks the good end of the axis style"
    assert refused(run) == {("ssim", ""): reason, ("loss", ""): reason}


def test_controls_that_agree_make_no_scale():
    scores = {**SCORES, "copy": {**SCORES["copy"], "ssim": np.ones((3, 3))}}
    run = make_run(scores, methods=METHODS)
    assert [score.metric for score in anchored(run)] == ["loss"]
    assert refused(run) == {("ssim", ""): "the controls keep and copy are equal (means 1 and 1 over 9 cases)"}


@pytest.mark.parametrize("metric", ["ssim", "loss"])
def test_controls_in_the_wrong_order_make_no_scale(metric):
    scores = {**SCORES}
    scores["keep"], scores["copy"] = (
        {**SCORES[one], metric: SCORES[other][metric]} for one, other in (("keep", "copy"), ("copy", "keep"))
    )
    run = make_run(scores, methods=METHODS)
    assert metric not in {score.metric for score in anchored(run)}
    assert "the controls stand in the wrong order" in refused(run)[metric, ""]


def test_controls_whose_order_changes_with_the_case_make_no_scale():
    # Better on average, but in no way that three by three cases tell from chance.
    nearly = 1 - 0.3 * BASE - 0.1 * (1 + BASE.mean())
    scores = {**SCORES, "copy": {**SCORES["copy"], "ssim": nearly}}
    run = make_run(scores, methods=METHODS)
    assert 0 < 1 - nearly.mean() < 0.3
    assert "nearly equal" in refused(run)["ssim", ""]


def test_the_order_is_decided_on_the_cases_that_all_share():
    # Over all its cases the style copy looks better than the content; where the method has a score it is worse.
    lost = np.array([[np.nan] * 3, [0.4] * 3, [0.4] * 3])
    scores = {
        "a": {"ssim": lost + 0.01 * BASE, "loss": SCORES["a"]["loss"]},
        "keep": {"ssim": np.array([[0.0] * 3, [0.5] * 3, [0.5] * 3]), "loss": SCORES["keep"]["loss"]},
        "copy": {"ssim": np.array([[5.0] * 3, [0.2] * 3, [0.2] * 3]), "loss": SCORES["copy"]["loss"]},
    }
    (score,) = (one for one in anchored(make_run(scores, methods=METHODS)) if one.metric == "ssim")
    assert score.score == pytest.approx(2 / 3, abs=0.05)
    assert score.cases == 6


def test_all_methods_of_a_metric_are_anchored_on_the_same_cases():
    # Both are alike in every case, but the second did not answer the content that is hard for both.
    hard = np.array([[0.2] * 3, [0.8] * 3, [0.9] * 3])
    easy = hard.copy()
    easy[0] = np.nan
    scores = {**SCORES, "a": {**SCORES["a"], "ssim": hard}, "b": {**SCORES["a"], "ssim": easy}}
    found = anchored(make_run(scores, methods=(METHODS[0], method("b"), *METHODS[1:])))
    first, second = (one for one in found if one.metric == "ssim")
    assert first.score == second.score
    assert first.cases == second.cases == 6


def test_a_method_with_too_few_cases_takes_none_from_the_others_and_is_named():
    few = np.full((3, 3), np.nan)
    few[0, 0] = 0.9
    scores = {**SCORES, "b": {**SCORES["a"], "ssim": few}}
    run = make_run(scores, methods=(METHODS[0], method("b"), *METHODS[1:]))
    (found,) = (one for one in anchored(run) if one.metric == "ssim")
    assert (found.method, found.cases) == ("a", 9)
    assert refused(run) == {("ssim", "b"): "has a score for 1 case only"}


def test_the_interval_is_fiellers():
    # The ends of the interval are the ratios at which the difference is just not told from zero.
    run = make_run(SCORES, methods=METHODS)
    for score in anchored(run):
        table = run.units.pivot(index="case", columns="method", values=score.metric)
        rise, span = table["a"] - table[score.zero], table[score.one] - table[score.zero]
        contents, styles = zip(*(case.split("--") for case in table.index), strict=True)
        for end in (score.interval.low, score.interval.high):
            assert t_test(crossed_estimate(rise - end * span, contents, styles)) == pytest.approx(0.05)


def test_an_interval_that_would_have_no_end_is_not_given():
    # The controls keep their order in every case, but by very different amounts.
    span = np.array([[0.01, 0.02, 0.01], [0.02, 0.01, 0.03], [0.9, 0.8, 0.95]])
    scores = {**SCORES, "copy": {**SCORES["copy"], "ssim": 1 - span}}
    found = next(one for one in anchored(make_run(scores, methods=METHODS)) if one.metric == "ssim")
    assert found.interval is None


def test_from_one_content_there_is_a_number_and_no_interval():
    scores = {name: {column: values[:1] for column, values in of_method.items()} for name, of_method in SCORES.items()}
    assert {score.interval for score in anchored(make_run(scores, methods=METHODS))} == {None}


def test_a_method_may_leave_the_scale():
    scores = {**SCORES, "a": {"ssim": np.full((3, 3), 0.1), "loss": np.full((3, 3), 9.0)}}
    assert all(score.score < 0 for score in anchored(make_run(scores, methods=METHODS)))
