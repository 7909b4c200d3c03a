"""The rank correlation that the checks of blends and of the resolution ask for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmark.audit.checks.blends import LEAST_CORRELATION, rank_correlation
from benchmark.audit.checks.resolution import LEAST_AGREEMENT


def test_is_that_of_scipy_ties_included():
    generator = np.random.default_rng(0)
    for _ in range(50):
        first, second = generator.integers(0, 5, size=(2, 9))
        assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second).statistic)


def test_of_a_constant_is_zero():
    assert rank_correlation(np.ones(4), np.arange(4)) == 0.0


@pytest.mark.parametrize(("least", "size"), [(LEAST_AGREEMENT, 4), (LEAST_CORRELATION, 5)])
def test_two_neighbours_exchanged_are_enough(least, size):
    """The documents say "or more": no last bit decides."""
    for place in range(size - 1):
        order = list(range(size))
        order[place : place + 2] = reversed(order[place : place + 2])
        for numbers in itertools.permutations(range(size)):
            cases = list(numbers)
            assert rank_correlation(np.array(cases), np.array([order[case] for case in cases])) >= least
