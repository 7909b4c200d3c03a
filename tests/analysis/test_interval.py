"""Means over crossed cases: their two-way standard error, t interval and t test."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from scipy import stats

from benchmark.analysis.interval import (
    Interval,
    covariance_of_means,
    crossed_estimate,
    t_interval,
    t_test,
)
from tests.analysis.conftest import crossed as crossed_effects


def crossed(contents: int, styles: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(contents), styles), np.tile(np.arange(styles), contents)


def brute_force_bootstrap(values, contents, styles, resamples=20_000):
    """Means after drawing contents and styles with replacement, case by case as Owen (2007) describes it."""
    generator = np.random.default_rng(0)
    weights = np.ones((resamples, len(values)))
    for factor in (contents, styles):
        found, index = np.unique(factor, return_inverse=True)
        weights *= generator.multinomial(len(found), np.full(len(found), 1 / len(found)), size=resamples)[:, index]
    total = weights.sum(axis=1)
    return (weights @ values)[total > 0] / total[total > 0]


@pytest.mark.parametrize(
    ("contents", "styles", "spread"),
    [(3, 3, (1, 0.2, 0.3)), (5, 8, (1, 1, 1)), (6, 6, (0, 0, 1))],
    ids=["3 × 3", "5 × 8", "cases"],
)
def test_the_standard_error_is_that_of_the_pigeonhole_bootstrap(contents, styles, spread):
    content, style = crossed(contents, styles)
    values = crossed_effects(np.random.default_rng(1), contents, styles, spread).ravel()
    fewest = min(contents, styles)
    expected = brute_force_bootstrap(values, content, style).std() * np.sqrt(fewest / (fewest - 1))
    assert crossed_estimate(values, content, style).standard_error == pytest.approx(expected, rel=0.02)


def test_the_standard_error_of_an_unbalanced_design_is_nearly_that_of_the_bootstrap():
    generator = np.random.default_rng(2)
    content, style = crossed(12, 12)
    kept = generator.uniform(size=144) < 0.8
    values = crossed_effects(generator, 12, 12, (1, 1, 1)).ravel()[kept]
    content, style = content[kept], style[kept]
    expected = brute_force_bootstrap(values, content, style).std() * np.sqrt(12 / 11)
    assert crossed_estimate(values, content, style).standard_error == pytest.approx(expected, rel=0.05)


def test_the_standard_error_of_repeated_seeds_is_that_of_the_bootstrap_and_not_smaller_for_copies():
    content, style = (np.repeat(names, 3) for names in crossed(5, 6))
    once = crossed_effects(np.random.default_rng(3), 5, 6, (1, 0.5, 0.5)).ravel()
    values = np.repeat(once, 3)
    found = crossed_estimate(values, content, style).standard_error
    assert found == pytest.approx(brute_force_bootstrap(values, content, style).std() * np.sqrt(5 / 4), rel=0.04)
    assert found == pytest.approx(crossed_estimate(once, *crossed(5, 6)).standard_error), "copies say nothing new"


def test_where_only_contents_matter_it_is_the_t_test_of_their_means():
    effects = np.array([0.3, -0.1, 0.8, 0.4, 0.6])
    content, style = crossed(5, 8)
    estimate = crossed_estimate(effects[content], content, style)
    classical = stats.ttest_1samp(effects, 0)
    # Owen's variance holds the effects of contents once more as scatter of the styles: 1 − 1/8 + 1/8 of it.
    assert estimate.standard_error == pytest.approx(stats.sem(effects))
    assert t_test(estimate) == pytest.approx(classical.pvalue)
    interval = classical.confidence_interval(0.95)
    assert (estimate.interval.low, estimate.interval.high) == pytest.approx((interval.low, interval.high))


def test_the_formula_by_hand():
    # Residuals −2, 0, 1, 1; content sums −2 and 2, style sums −1 and 1: (½ · 8 + ½ · 2 + 6) / 16, doubled for m = 2.
    covariance = covariance_of_means(np.array([[0.0], [2], [3], [3]]), *crossed(2, 2))
    assert covariance == pytest.approx(np.array([[2 * 11 / 16]]))


def test_covariances_are_those_of_sums_and_differences():
    content, style = crossed(4, 6)
    first, second = (crossed_effects(np.random.default_rng(seed), 4, 6, (1, 1, 1)).ravel() for seed in (4, 5))
    both = covariance_of_means(np.stack([first, second], axis=1), content, style)
    difference = crossed_estimate(first - second, content, style).standard_error ** 2
    assert both[0, 0] + both[1, 1] - 2 * both[0, 1] == pytest.approx(difference)


@pytest.mark.parametrize("number", [2, 3, 5, 20])
def test_the_test_and_the_interval_agree_at_every_level(number):
    content, style = crossed(number, number)
    estimate = crossed_estimate(
        crossed_effects(np.random.default_rng(6), number, number, (1, 1, 1)).ravel() + 1, content, style
    )
    p_value = t_test(estimate)
    assert p_value == pytest.approx(2 * stats.t.sf(abs(estimate.mean) / estimate.standard_error, number - 1))
    assert t_interval(estimate, 1 - 1.001 * p_value).excludes_zero
    assert not t_interval(estimate, 1 - 0.999 * p_value).excludes_zero


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize("value", [0.1, 0.25])
def test_without_scatter_the_interval_is_a_point_and_the_test_counts_levels(number, value):
    estimate = crossed_estimate(np.full(number**2, value), *crossed(number, number))
    assert estimate.standard_error == 0
    assert (estimate.interval.low, estimate.interval.high) == (estimate.mean, estimate.mean)
    assert t_test(estimate) == 2.0 ** (1 - number)


def test_equal_scores_are_no_difference():
    assert t_test(crossed_estimate(np.zeros(9), *crossed(3, 3))) == 1


@pytest.mark.parametrize(("contents", "styles"), [(1, 9), (9, 1), (1, 1)])
def test_nothing_is_inferred_from_one_content_or_one_style(contents, styles):
    estimate = crossed_estimate(np.arange(contents * styles) + 1.0, *crossed(contents, styles))
    assert (estimate.interval, estimate.standard_error) == (None, None)
    assert t_test(estimate) == 1


@pytest.mark.parametrize(("contents", "styles"), [(2, 2), (3, 3), (5, 5), (4, 8), (12, 12)])
@pytest.mark.parametrize("spread", [(1, 1, 1), (1, 0.2, 0.3), (0, 0, 1)], ids=["both", "contents", "cases"])
def test_the_interval_covers_the_truth_at_the_stated_rate(contents, styles, spread):
    generator = np.random.default_rng(4)
    content, style = crossed(contents, styles)
    samples = (crossed_effects(generator, contents, styles, spread).ravel() for _ in range(400))
    intervals = [crossed_estimate(sample, content, style).interval for sample in samples]
    assert np.mean([interval.low <= 0 <= interval.high for interval in intervals]) >= 0.93


@pytest.mark.parametrize(("low", "high", "cut"), [(0.2, 0.9, (0.2, 0.9)), (-1, 2, (0, 1)), (-2, -1, (0, 0))])
def test_an_interval_is_cut_to_what_is_possible(low, high, cut):
    assert Interval(low, high).within(0, 1) == Interval(*cut)
    assert Interval(low, high).within(None, None) == Interval(low, high)


def test_takes_an_unbalanced_design():
    estimate = crossed_estimate([1.0, 2.0, 3.0], ["a", "a", "b"], ["x", "y", "x"])
    assert (estimate.mean, estimate.cases, estimate.levels) == (2, 3, 2)
    assert estimate.interval.low < 2 < estimate.interval.high


def test_a_higher_level_is_wider():
    content, style = crossed(6, 6)
    estimate = crossed_estimate(np.random.default_rng(5).normal(size=36), content, style)
    narrow, wide = (t_interval(estimate, level) for level in (0.5, 0.95))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("number", "most"), [(5, 0.75), (12, 0.6), (20, 0.5)])
def test_the_naive_interval_does_not_cover_it(number, most):
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        values = crossed_effects(generator, number, number, (1, 1, 1))
        covered += abs(values.mean()) <= 1.96 * values.std(ddof=1) / number
    assert covered / 200 < most


def test_an_estimate_says_from_how_many_contents_and_styles_it_is():
    content, style = crossed(3, 4)
    estimate = crossed_estimate(np.arange(12.0), content, style)
    assert (estimate.cases, estimate.contents, estimate.styles) == (12, 3, 4)
    assert estimate.mean == pytest.approx(5.5)
    assert estimate.interval.low < estimate.mean < estimate.interval.high
    assert estimate.standard_error > 0


def test_an_estimate_from_one_content_has_no_interval():
    estimate = crossed_estimate([1.0, 2.0], ["a", "a"], ["x", "y"])
    assert (estimate.mean, estimate.interval, estimate.standard_error) == (1.5, None, None)


def test_the_standard_error_is_the_true_one_on_average():
    generator = np.random.default_rng(6)
    content, style = crossed(10, 10)
    samples = [crossed_effects(generator, 10, 10, (1, 1, 0.2)).ravel() for _ in range(150)]
    errors = [crossed_estimate(sample, content, style).standard_error for sample in samples]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std([sample.mean() for sample in samples]), rel=0.15)


@pytest.mark.parametrize(("low", "high", "excludes"), [(0.1, 1, True), (-1, -0.1, True), (-1, 1, False), (0, 1, False)])
def test_an_interval_that_ends_at_zero_does_not_exclude_it(low, high, excludes):
    assert Interval(low, high).excludes_zero is excludes


def names(letter: str, numbers: list[int]) -> list[str]:
    return [f"{letter}{number}" for number in numbers]


class TestCasesThatAreNotCrossed:
    VALUES: ClassVar = np.array([0.3, -0.1, 0.8, 0.4, 0.6, 1.1])

    def test_pairs_that_share_nothing_are_a_plain_sample(self):
        estimate = crossed_estimate(self.VALUES, names("c", [*range(6)]), names("s", [3, 1, 0, 5, 2, 4]))
        classical = stats.ttest_1samp(self.VALUES, 0)
        interval = classical.confidence_interval(0.95)
        assert estimate.standard_error == pytest.approx(stats.sem(self.VALUES))
        assert (estimate.interval.low, estimate.interval.high) == pytest.approx((interval.low, interval.high))
        assert t_test(estimate) == pytest.approx(classical.pvalue)

    def test_several_seeds_of_a_pair_are_no_further_pairs(self):
        content, style = names("c", [*range(6)]), names("s", [*range(6)])
        once = crossed_estimate(self.VALUES, content, style)
        twice = crossed_estimate(np.repeat(self.VALUES, 2), np.repeat(content, 2), np.repeat(style, 2))
        assert twice.standard_error == pytest.approx(once.standard_error)
        assert twice.interval.high == pytest.approx(once.interval.high)

    @pytest.mark.parametrize("is_turned", [False, True], ids=["styles in contents", "contents in styles"])
    def test_groups_of_the_same_size_are_a_sample_of_their_means(self, is_turned):
        repeating, once = names("a", [0, 0, 1, 1, 2, 2]), names("b", [*range(6)])
        estimate = crossed_estimate(self.VALUES, *((once, repeating) if is_turned else (repeating, once)))
        means = self.VALUES.reshape(3, 2).mean(axis=1)
        assert estimate.standard_error == pytest.approx(stats.sem(means))
        assert t_test(estimate) == pytest.approx(stats.ttest_1samp(means, 0).pvalue)

    def test_uneven_groups_by_hand(self):
        # Mean 3; residuals −2, −1, 3 in groups of two and one: sums −3 and 3, 2 / 1 · (9 + 9) / 9.
        estimate = crossed_estimate([1.0, 2.0, 6.0], ["a", "a", "b"], ["x", "y", "z"])
        assert estimate.standard_error**2 == pytest.approx(4)
        assert estimate.levels == 2

    @pytest.mark.parametrize("is_turned", [False, True], ids=["one style", "one content"])
    def test_one_style_says_nothing_about_others_however_many_contents_it_meets(self, is_turned):
        many, one = names("a", [*range(6)]), ["b"] * 6
        estimate = crossed_estimate(self.VALUES, *((one, many) if is_turned else (many, one)))
        assert (estimate.standard_error, estimate.interval) == (None, None)
        assert t_test(estimate) == 1

    def test_covariances_of_pairs_are_those_of_differences_too(self):
        both = np.stack([self.VALUES, self.VALUES[::-1] ** 2], axis=1)
        content, style = names("c", [*range(6)]), names("s", [*range(6)])
        covariance = covariance_of_means(both, content, style)
        difference = crossed_estimate(both[:, 0] - both[:, 1], content, style).standard_error ** 2
        assert covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1] == pytest.approx(difference)
