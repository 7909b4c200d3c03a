"""Methods of a run compared in pairs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmark.analysis.comparison import compare_methods, compare_pairs, detectable_difference
from benchmark.analysis.interval import crossed_estimate, t_interval
from benchmark.analysis.scores import PairedScores
from tests.analysis.conftest import ENTROPY, LOSS, SSIM, change_unit, crossed, make_run, method


def noise(seed: int, size: float = 0.01, number: int = 4) -> np.ndarray:
    return size * np.random.default_rng(seed).normal(size=(number, number))


def pair_of(differences: np.ndarray) -> PairedScores:
    """Two methods with these differences of contents × styles."""
    contents, styles = differences.shape
    return PairedScores(
        cases=tuple(map(str, range(differences.size))),
        values=np.stack([differences.ravel(), np.zeros(differences.size)], axis=1),
        contents=np.repeat(np.arange(contents), styles).astype(str),
        styles=np.tile(np.arange(styles), contents).astype(str),
    )


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
    pairs = sorted((one for one in comparisons if one.metric == "ssim"), key=lambda one: one.p_value)
    assert pairs[0].p_holm == pytest.approx(3 * pairs[0].p_value)
    assert pairs[1].p_holm == pytest.approx(max(pairs[0].p_holm, 2 * pairs[1].p_value))
    assert pairs[0].corrected == t_interval(pairs[0].difference, 1 - 0.05 / 3)
    assert pairs[2].corrected == t_interval(pairs[2].difference, 1 - 0.05)


def test_the_p_value_is_that_of_students_t(comparisons):
    for one in comparisons:
        t = abs(one.difference.mean) / one.difference.standard_error
        assert one.p_value == pytest.approx(2 * stats.t.sf(t, 3)), "four contents, four styles"


def test_what_is_shown_and_the_corrected_interval_agree():
    generator = np.random.default_rng(7)
    for _ in range(50):
        shifts = generator.uniform(0, 3, size=6)
        pairs = {
            ("a", str(number)): pair_of(crossed(generator, 4, 5, (1, 0.2, 0.3)) + shift)
            for number, shift in enumerate(shifts)
        }
        for one in compare_pairs("ssim", pairs):
            if one.better:
                assert one.p_holm < 0.05
                assert one.corrected.excludes_zero
            elif not one.disagreement:
                assert one.p_holm >= 0.05


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


def test_two_by_two_equal_differences_show_nothing():
    ones = np.ones((2, 2))
    run = make_run({"a": {"ssim": ones, "loss": ones}, "b": {"ssim": 0 * ones, "loss": ones}})
    found = only(compare_methods(run), "ssim", "a", "b")
    assert (found.p_value, found.better, found.detectable) == (0.5, "", None)


def test_one_content_shows_nothing():
    run = make_run(
        {
            "a": {"ssim": np.ones((1, 9)), "loss": np.ones((1, 9))},
            "b": {"ssim": noise(1, number=3), "loss": noise(2, number=3)},
        }
    )
    found = only(compare_methods(run), "ssim", "a", "b")
    assert (found.p_value, found.p_holm, found.corrected, found.better, found.detectable) == (1, 1, None, "", None)


@pytest.mark.parametrize("direction", [1, -1])
def test_none_is_called_better_where_the_mean_and_the_ranks_disagree(direction):
    # In a fifth of the cases of each content and style A is far better, in the others B is a little better.
    contents, styles = np.indices((20, 40))
    differences = np.where((contents + styles) % 5 == 0, 1.0, -0.1)
    (found,) = compare_pairs("ssim", {("a", "b"): pair_of(direction * differences)}, sign=direction)
    assert (found.first_wins, found.second_wins) == (160, 640)
    assert found.difference.mean == pytest.approx(direction * 0.12)
    assert found.effect < 0
    assert found.p_holm < 0.05
    assert found.corrected.excludes_zero
    assert found.better == ""
    assert found.disagreement == "the mean favours a, but b is better in 640 of 800 cases"


def test_where_most_cases_and_the_mean_agree_but_signed_ranks_do_not_none_is_better():
    contents, styles = np.indices((20, 40))
    differences = np.where((contents + styles) % 20 < 11, 0.5, -0.51) + np.where((contents + styles) % 20 == 0, 4.0, 0)
    (found,) = compare_pairs("ssim", {("a", "b"): pair_of(differences)})
    assert found.first_wins > found.second_wins
    assert found.effect < 0 < found.difference.mean
    assert (found.better, found.disagreement) == ("", "the mean favours a, but the ranks of the differences favour b")


@pytest.mark.parametrize("size", [3, 6])
@pytest.mark.parametrize("tests", [1, 6])
def test_the_detectable_difference_is_detected_about_four_times_in_five(tests, size):
    generator = np.random.default_rng(0)

    def pair(shift: float) -> PairedScores:
        return pair_of(crossed(generator, size, size, (1, 0.2, 0.3)) + shift)

    def difference(paired: PairedScores):
        return crossed_estimate(paired.values[:, 0], paired.contents, paired.styles)

    # The true one, from the mean variance of many runs.
    estimates = [difference(pair(0)) for _ in range(400)]
    factor = detectable_difference(estimates[0], tests) / estimates[0].standard_error
    shift = factor * np.sqrt(np.mean([estimate.standard_error**2 for estimate in estimates]))
    shown = [t_interval(difference(pair(shift)), 1 - 0.05 / tests).low > 0 for _ in range(400)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.07)


def test_mirrored_is_what_the_other_order_gives():
    scores = {name: {"ssim": noise(seed, 1.0)} for seed, name in enumerate(("a", "b"))}
    (one,) = compare_methods(make_run(scores, metrics=(SSIM,)))
    (other,) = compare_methods(make_run({"b": scores["b"], "a": scores["a"]}, metrics=(SSIM,)))
    mirrored = one.mirrored()
    assert (mirrored.first, mirrored.second, mirrored.better) == (other.first, other.second, other.better)
    assert (mirrored.first_wins, mirrored.second_wins) == (other.first_wins, other.second_wins)
    assert mirrored.effect == pytest.approx(other.effect)
    assert mirrored.difference.mean == pytest.approx(other.difference.mean)
    assert mirrored.corrected.low == pytest.approx(other.corrected.low)
    assert mirrored.difference.interval.high == pytest.approx(other.difference.interval.high)
    assert mirrored.mirrored() == one
