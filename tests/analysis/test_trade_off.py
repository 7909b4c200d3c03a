"""Methods that no other beats on content and style at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.anchoring import anchored_scores
from benchmark.analysis.trade_off import pareto_front, trade_offs
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
    (entry,) = trade_offs(replace(run, summary=(circular,)), anchored_scores(run))
    assert (entry.content, entry.style) == ("ssim", "loss")
    assert entry.front == ("first", "third")
    assert entry.left_out == ("second",)


def test_without_controls_the_front_is_over_raw_means() -> None:
    shares = {"first": 0.8, "second": 0.4, "third": 0.3}
    run = make_run(
        {name: {"ssim": [[share] * 2] * 2, "loss": [[share / 2] * 2] * 2} for name, share in shares.items()},
        methods=tuple(method(name) for name in shares),
    )
    summary = tuple(
        SummaryRow(name, metric, share * factor, None, None, 4, 2, 2, direction, False, False)
        for name, share in shares.items()
        for metric, factor, direction in (("ssim", 1.0, Direction.HIGHER), ("loss", 0.5, Direction.LOWER))
    )
    (entry,) = trade_offs(replace(run, summary=summary), anchored_scores(run))
    assert not entry.anchored
    # The best by one is the worst by the other, because a loss is the better the lower.
    assert entry.front == ("first", "second", "third")
