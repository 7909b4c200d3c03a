"""Methods that no other beats on content and style at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.statistics import analyze
from benchmark.analysis.trade_off import pareto_front
from benchmark.contracts.metric import Direction
from benchmark.store.records import SummaryRow
from tests.analysis.conftest import make_run, method


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ({"a": (0.9, 0.1), "b": (0.5, 0.5), "c": (0.1, 0.9)}, ("a", "b", "c")),
        ({"a": (0.1, 0.9), "b": (0.9, 0.1), "c": (0.05, 0.5)}, ("b", "a")),
        ({"a": (0.5, 0.5), "b": (0.5, 0.4)}, ("a",)),
        ({"a": (0.5, 0.5), "b": (0.5, 0.5)}, ("a", "b")),
        ({}, ()),
    ],
    ids=["all", "one is dominated", "worse by one only", "equal points", "nothing"],
)
def test_the_front_holds_what_nothing_dominates(points: dict[str, tuple[float, float]], front: tuple[str, ...]) -> None:
    assert set(pareto_front(points)) == set(front)
    assert [points[name] for name in pareto_front(points)] == [points[name] for name in front]


def test_a_circular_score_is_neither_on_the_front_nor_beats_others() -> None:
    shares = {"first": 0.8, "second": 0.4, "third": 0.3, "content": 1.0, "style": 0.0}
    run = make_run(
        {name: {"ssim": [[share] * 2] * 2, "loss": [[share / 2] * 2] * 2} for name, share in shares.items()},
        methods=(
            *(method(name) for name in ("first", "second", "third")),
            method("content", anchor="content"),
            method("style", anchor="style"),
        ),
    )
    circular = SummaryRow("second", "loss", 0.2, None, None, 4, 2, 2, Direction.LOWER, True, False)
    (entry,) = analyze(replace(run, summary=(circular,))).trade_offs
    assert (entry.content, entry.style) == ("ssim", "loss")
    assert entry.front == ("first", "third")
    assert entry.left_out == ("second",)


def test_without_controls_the_front_is_over_raw_means() -> None:
    shares = {"first": 0.8, "second": 0.4, "third": 0.3}
    run = make_run(
        {name: {"ssim": [[share] * 2] * 2, "loss": [[share / 2] * 2] * 2} for name, share in shares.items()},
        methods=tuple(method(name) for name in shares),
    )
    (entry,) = analyze(run).trade_offs
    assert not entry.anchored
    # The best by one is the worst by the other, because a loss is the better the lower.
    assert entry.front == ("first", "second", "third")


@pytest.mark.parametrize("controls", [True, False], ids=["anchored", "raw"])
def test_the_front_is_over_cases_that_all_methods_share(controls: bool) -> None:
    # On the cases that both answered "first" is better by both; it also answered those that are hard for everyone.
    hard = np.array([[0.1, 0.1, 0.1], [0.6, 0.6, 0.6], [0.6, 0.6, 0.6]])
    easy = np.where(hard < 0.5, np.nan, 0.5)
    scores = {
        "first": {"ssim": hard, "loss": 1 - hard},
        "second": {"ssim": easy, "loss": 1 - easy},
        "content": {"ssim": np.ones((3, 3)), "loss": np.ones((3, 3))},
        "style": {"ssim": np.zeros((3, 3)), "loss": np.zeros((3, 3))},
    }
    methods = (method("first"), method("second"), method("content", anchor="content"), method("style", anchor="style"))
    kept = methods if controls else methods[:2]
    (entry,) = analyze(make_run({one.name: scores[one.name] for one in kept}, methods=kept)).trade_offs
    assert entry.anchored is controls
    assert entry.front == ("first",)
