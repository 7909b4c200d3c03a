"""Methods of a run compared in pairs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.comparison import compare_methods, detectable_difference
from benchmark.analysis.interval import crossed_estimate
from benchmark.analysis.scores import PairedScores
from benchmark.analysis.signed_rank import signed_rank_p
from tests.analysis.conftest import ENTROPY, LOSS, SSIM, change_unit, crossed, make_run, method


def noise(seed: int, size: float = 0.01, number: int = 4) -> np.ndarray:
    return size * np.random.default_rng(seed).normal(size=(number, number))


def only(comparisons, metric, first, second):
    (found,) = (one for one in comparisons if (one.metric, one.first, one.second) == (metric, first, second))
    return found


@pytest.fixture
def comparisons():
    base = np.random.default_rng(0).normal(size=(4, 4))
    return compare_methods(
        make_run(
            {
                "a": {"ssim": base + 1 + noise(1), "loss": base + 1 + noise(4)},
                "b": {"ssim": base + noise(2), "loss": base + noise(5)},
                "c": {"ssim": base + noise(3), "loss": base + 2 * noise(6)},
            }
        )
    )


def test_a_difference_is_shown_with_its_size_and_its_ground(comparisons):
    found = only(comparisons, "ssim", "a", "b")
    assert found.better == "a"
    assert found.difference.mean == pytest.approx(1, abs=0.02)
    assert found.difference.interval.low > 0.9
    assert found.effect == 1
    assert (found.difference.cases, found.difference.contents, found.difference.styles) == (16, 4, 4)
    assert found.p_value < found.p_holm < 0.05
    assert found.detectable is None


def test_the_direction_of_the_metric_says_which_is_better(comparisons):
    found = only(comparisons, "loss", "a", "b")
    assert found.better == "b"
    assert found.difference.mean == pytest.approx(1, abs=0.02), "in the unit of the metric"
    assert found.effect == -1, "a is worse in every case"


def test_beside_what_is_not_shown_stands_what_could_have_been(comparisons):
    found = only(comparisons, "ssim", "b", "c")
    assert found.better == ""
    assert 0 < found.detectable < 0.05


def test_every_pair_of_every_metric_is_compared_once(comparisons):
    assert len(comparisons) == 2 * 3


def test_the_correction_is_within_a_metric(comparisons):
    pairs = [one for one in comparisons if one.metric == "ssim"]
    assert min(one.p_holm / one.p_value for one in pairs) >= 1
    assert max(one.p_holm for one in pairs if one.better) == pytest.approx(3 * 2 / 2**16)


def test_controls_and_metrics_that_do_not_rank_are_left_out():
    scores = {"ssim": noise(1), "loss": noise(2), "entropy": noise(3)}
    run = make_run(
        {"a": scores, "b": scores, "identity": scores},
        metrics=(SSIM, LOSS, ENTROPY),
        methods=(method("a"), method("b"), method("identity", anchor="content")),
    )
    assert {(one.metric, one.first, one.second) for one in compare_methods(run)} == {
        ("ssim", "a", "b"),
        ("loss", "a", "b"),
    }


def test_methods_are_paired_on_the_cases_that_both_have():
    run = make_run({"a": {"ssim": noise(1), "loss": noise(2)}, "b": {"ssim": noise(3), "loss": noise(4)}})
    run = change_unit(run, "a", "c0--s0", status="failed", error="no paint")
    run = change_unit(run, "b", "c1--s1", ssim=float("nan"))
    assert only(compare_methods(run), "ssim", "a", "b").difference.cases == 14
    assert only(compare_methods(run), "loss", "a", "b").difference.cases == 15


def test_a_method_without_scores_is_left_out():
    nothing = np.full((2, 2), np.nan)
    run = make_run({"a": {"ssim": noise(1, number=2), "loss": nothing}, "b": {"ssim": nothing, "loss": nothing}})
    assert compare_methods(run) == []


def test_so_few_cases_can_show_nothing():
    ones = np.ones((2, 2))
    run = make_run({"a": {"ssim": ones, "loss": ones}, "b": {"ssim": 0 * ones, "loss": ones}})
    found = only(compare_methods(run), "ssim", "a", "b")
    assert (found.better, found.detectable) == ("", None)


@pytest.mark.parametrize("tests", [1, 6])
def test_the_detectable_difference_is_detected_about_four_times_in_five(tests):
    generator = np.random.default_rng(0)
    contents = np.repeat(np.arange(6), 6).astype(str)
    styles = np.tile(np.arange(6), 6).astype(str)

    def pair(shift: float) -> np.ndarray:
        return crossed(generator, 6, 6, (0.5, 0.5, 1)).ravel() + shift

    sizes = []
    for _ in range(25):
        values = pair(0)
        paired = PairedScores((), np.stack([values, 0 * values], axis=1), contents, styles)
        sizes.append(detectable_difference(paired, crossed_estimate(values, contents, styles), tests))
    shown = 0
    for _ in range(150):
        values = pair(float(np.mean(sizes)))
        interval = crossed_estimate(values, contents, styles).interval
        shown += interval.low > 0 and signed_rank_p(values) < 0.05 / tests
    assert 0.68 <= shown / 150 <= 0.93
