"""The cases of the figure: those in which scores differ most between the methods, of different contents and styles."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.distinguishing_cases import distinguishing_cases
from tests.analysis.conftest import LOSS, change_unit, make_run, method, without_unit

SPREAD = np.array([[0.9, 0.1, 0.1], [0.8, 0.7, 0.1], [0.1, 0.1, 0.2]])


def run_of(spread, **more):
    """A run in which two methods differ by ``spread`` in each case."""
    return make_run({"a": {"ssim": spread / 2}, "b": {"ssim": -spread / 2}, **more})


def names(run, most):
    return [case.id for case in distinguishing_cases(run, most)]


def test_the_case_with_the_largest_differences_is_first_to_be_chosen():
    assert names(run_of(SPREAD), 1) == ["c0--s0"]


def test_new_contents_and_styles_go_before_larger_differences():
    assert names(run_of(SPREAD), 3) == ["c0--s0", "c1--s1", "c2--s2"]


def test_then_one_of_both_is_new_and_then_none():
    wide = np.array([[0.9, 0.1, 0.4], [0.8, 0.7, 0.3]])
    assert names(run_of(wide), 3) == ["c0--s0", "c0--s2", "c1--s1"]
    assert names(run_of(wide), 4) == ["c0--s0", "c0--s2", "c1--s0", "c1--s1"]


def test_every_metric_counts_alike_whatever_its_unit():
    losses = 1000 * SPREAD.T
    run = make_run({"a": {"ssim": 0 * SPREAD, "loss": losses}, "b": {"ssim": SPREAD, "loss": -losses}})
    scaled = make_run({"a": {"ssim": 0 * SPREAD, "loss": losses / 1e6}, "b": {"ssim": SPREAD, "loss": -losses / 1e6}})
    assert names(run, 2) == names(scaled, 2)


def test_controls_do_not_count():
    methods = (method("a"), method("b"), method("keep", anchor="content"))
    scores = {"a": {"ssim": SPREAD / 2}, "b": {"ssim": -SPREAD / 2}}
    far = {"ssim": 50 * np.fliplr(SPREAD)}
    assert names(make_run({**scores, "keep": far}, methods=methods), 1) == names(run_of(SPREAD), 1)


def test_a_case_that_more_methods_answered_goes_first():
    assert names(without_unit(run_of(SPREAD), "b", "c0--s0"), 1) == ["c1--s0"]


def test_a_case_that_few_methods_answered_comes_after_all_others():
    run = without_unit(run_of(SPREAD), "b", "c2--s2")
    assert "c2--s2" not in names(run, 8)
    assert "c2--s2" in names(run, 9)


def test_a_case_that_no_method_answered_is_never_chosen():
    run = run_of(SPREAD)
    for name in ("a", "b"):
        run = change_unit(run, name, "c0--s0", status="failed", error="no memory", ssim=np.nan)
    assert "c0--s0" not in names(run, 9)
    assert len(names(run, 9)) == 8


@pytest.mark.parametrize("value", [0.5, np.nan])
def test_methods_that_agree_or_have_no_scores_leave_the_order_of_the_protocol(value):
    same = {"ssim": np.full((2, 2), value)}
    assert names(make_run({"a": same, "b": same}), 2) == ["c0--s0", "c1--s1"]


def test_without_metrics_there_are_cases_all_the_same():
    run = make_run({"a": {"loss": SPREAD}, "b": {"loss": SPREAD}}, metrics=())
    assert len(names(run, 3)) == 3
    assert LOSS not in run.metrics
