"""The two-way bootstrap interval."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.interval import crossed_bootstrap


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


def test_covers_the_truth_where_the_naive_interval_does_not():
    generator = np.random.default_rng(4)
    content, style = crossed(12, 12)
    covered = naive_covered = 0
    for _ in range(200):
        values = generator.normal(size=12)[content] + generator.normal(size=12)[style] + generator.normal(size=144)
        interval = crossed_bootstrap(values, content, style, resamples=400)
        covered += interval.low <= 0 <= interval.high
        half = 1.96 * values.std(ddof=1) / 12
        naive_covered += abs(values.mean()) <= half
    assert covered / 200 >= 0.88
    assert naive_covered / 200 < 0.65


def test_takes_an_unbalanced_design():
    interval = crossed_bootstrap([1.0, 2.0, 3.0], ["a", "a", "b"], ["x", "y", "x"])
    assert 1 <= interval.low <= interval.high <= 3
