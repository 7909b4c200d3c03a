"""The two-way bootstrap interval."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.interval import Interval, crossed_bootstrap, crossed_estimate
from tests.analysis.conftest import crossed as crossed_effects


def crossed(contents: int, styles: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(contents), styles), np.tile(np.arange(styles), contents)


def test_contains_the_mean():
    content, style = crossed(5, 6)
    values = np.random.default_rng(0).normal(size=30)
    interval = crossed_bootstrap(values, content, style)
    assert interval.low < values.mean() < interval.high


def test_repeats_itself():
    content, style = crossed(4, 4)
    values = np.random.default_rng(1).normal(size=16)
    assert crossed_bootstrap(values, content, style) == crossed_bootstrap(values, content, style)


def test_of_a_constant_is_a_point():
    content, style = crossed(3, 3)
    interval = crossed_bootstrap(np.full(9, 0.25), content, style)
    assert interval.low == pytest.approx(0.25)
    assert interval.high == pytest.approx(0.25)


@pytest.mark.parametrize(("contents", "styles"), [(1, 9), (9, 1), (1, 1)])
def test_cannot_be_told_from_one_content_or_one_style(contents, styles):
    content, style = crossed(contents, styles)
    assert crossed_bootstrap(np.arange(len(content)), content, style) is None


def test_is_wider_than_the_naive_one_where_contents_differ():
    content, style = crossed(8, 8)
    values = np.random.default_rng(2).normal(size=8)[content] + 0.1 * np.random.default_rng(3).normal(size=64)
    interval = crossed_bootstrap(values, content, style)
    naive = 2 * 1.96 * values.std(ddof=1) / np.sqrt(64)
    assert interval.high - interval.low > 1.5 * naive


@pytest.mark.parametrize(("contents", "styles"), [(3, 3), (5, 5), (4, 8), (12, 12)])
@pytest.mark.parametrize("spread", [(1, 1, 1), (1, 0.2, 0.3), (0, 0, 1)], ids=["both", "contents", "cases"])
def test_covers_the_truth_at_about_the_stated_rate(contents, styles, spread):
    generator = np.random.default_rng(4)
    content, style = crossed(contents, styles)
    intervals = [
        crossed_bootstrap(crossed_effects(generator, contents, styles, spread).ravel(), content, style, resamples=400)
        for _ in range(200)
    ]
    covered = np.mean([interval.low <= 0 <= interval.high for interval in intervals])
    assert covered >= (0.84 if contents == 3 else 0.89)


@pytest.mark.parametrize(("number", "most"), [(5, 0.75), (12, 0.6), (20, 0.5)])
def test_the_naive_interval_does_not_cover_it(number, most):
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        values = crossed_effects(generator, number, number, (1, 1, 1))
        covered += abs(values.mean()) <= 1.96 * values.std(ddof=1) / number
    assert covered / 200 < most


def test_a_higher_level_is_wider():
    content, style = crossed(6, 6)
    values = np.random.default_rng(5).normal(size=36)
    narrow, wide = (crossed_bootstrap(values, content, style, level=level) for level in (0.5, 0.95))
    assert wide.low < narrow.low < narrow.high < wide.high


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


def test_takes_an_unbalanced_design():
    interval = crossed_bootstrap([1.0, 2.0, 3.0], ["a", "a", "b"], ["x", "y", "x"])
    assert 1 <= interval.low <= interval.high <= 3


def test_an_interval_does_not_depend_on_what_was_resampled_before() -> None:
    contents, styles = crossed(4, 4)
    values = np.random.default_rng(2).normal(size=16)
    first = crossed_bootstrap(values, contents, styles)
    for width in (3, 4, 5):
        crossed_bootstrap(np.arange(width * width), *crossed(width, width))
    assert crossed_bootstrap(values, contents, styles) == first
    assert crossed_bootstrap(values, contents, styles, seed=1) != first
