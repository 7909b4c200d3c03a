"""Choice of the cases on which methods are compared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.scores import ScoreTable, share_cases
from benchmark.analysis.shared_means import shared_means
from benchmark.analysis.statistics import analyze
from benchmark.contracts.metric import Direction
from tests.analysis.conftest import make_run, method

ALL = set("0123456789")


@pytest.mark.parametrize(
    ("answered", "kept", "left_out"),
    [
        ({"a": ALL, "b": ALL}, ["a", "b"], []),
        ({"a": ALL, "b": set("0123")}, ["a", "b"], []),
        ({"a": ALL, "b": set("012")}, ["a"], ["b"]),
        ({"few": set("01"), "a": ALL, "none": set(), "b": ALL}, ["a", "b"], ["few", "none"]),
        ({"a": set("01234"), "b": set("56789")}, ["a"], ["b"]),
        ({"a": ALL, "b": set("012345"), "c": set("456789"), "d": ALL}, ["a", "b", "d"], ["c"]),
        ({}, [], []),
    ],
    ids=["all", "above a third", "below a third", "few and none", "disjoint", "two that overlap little", "nobody"],
)
def test_a_method_that_would_leave_the_others_too_little_is_left_out(answered, kept, left_out):
    assert share_cases(answered) == (kept, left_out)


def uneven_run():
    """Two methods alike in every case, of which the second lacks the hard content, and a third with one case."""
    hard = np.array([[0.1] * 3, [0.7] * 3, [0.8] * 3])
    easy = np.where(hard < 0.5, np.nan, hard)
    single = np.full((3, 3), np.nan)
    single[2, 2] = 0.9
    scores = {
        "first": {"ssim": hard, "loss": hard},
        "second": {"ssim": easy, "loss": hard},
        "third": {"ssim": single, "loss": hard},
        "keep": {"ssim": np.ones((3, 3)), "loss": np.ones((3, 3))},
    }
    methods = (method("first"), method("second"), method("third"), method("keep", anchor="content"))
    return make_run(scores, methods=methods)


def test_means_that_stand_side_by_side_are_over_the_same_cases():
    means, left_out = shared_means(uneven_run())
    found = {entry.method: entry.estimate for entry in means if entry.metric == "ssim"}
    assert {name: estimate.cases for name, estimate in found.items()} == {"first": 6, "second": 6, "keep": 6}
    assert found["first"].mean == found["second"].mean == pytest.approx(0.75)
    assert [(entry.metric, entry.method, entry.cases, entry.shared) for entry in left_out] == [("ssim", "third", 1, 6)]
    assert {entry.estimate.cases for entry in means if entry.metric == "seconds"} == {9}


def test_ranks_are_over_the_same_cases_and_say_who_is_left_out():
    ranks = {entry.metric: entry for entry in analyze(uneven_run()).ranks}
    assert (ranks["ssim"].cases, ranks["ssim"].left_out) == (6, ("third",))
    assert ranks["ssim"].average_ranks == {"first": 1.5, "second": 1.5}
    assert (ranks["loss"].cases, ranks["loss"].left_out) == (9, ())


def test_agreement_is_over_the_methods_that_share_enough():
    (agreement,) = analyze(uneven_run()).agreement
    assert agreement.methods == 2


def test_the_ends_of_a_scale_are_never_left_out():
    run = uneven_run()
    shared = ScoreTable(run, "ssim", Direction.HIGHER).shared(["first", "second"], required=["third"])
    assert (shared.methods, shared.left_out, len(shared.scores.cases)) == (["first", "second"], [], 1)
