"""Average ranks and what is not told apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from benchmark.analysis.friedman import compare_ranks


def test_ranks_from_the_best():
    ranks = compare_ranks("ssim", ["a", "b", "c"], [[1, 3, 2], [1, 3, 2], [2, 3, 1], [1, 3, 2]])
    assert list(ranks.average_ranks) == ["b", "c", "a"]
    assert ranks.average_ranks["b"] == 1
    assert ranks.average_ranks["a"] == pytest.approx(2.75)
    assert ranks.cases == 4


def test_ties_share_their_rank():
    assert compare_ranks("ssim", ["a", "b", "c"], [[1, 1, 0], [1, 1, 0]]).average_ranks["a"] == 1.5


def test_the_p_value_is_friedmans():
    gains = np.random.default_rng(0).normal(size=(12, 4))
    assert compare_ranks("m", list("abcd"), gains).p_value == pytest.approx(friedmanchisquare(*gains.T).pvalue)


def test_without_a_difference_the_p_value_is_one():
    assert compare_ranks("m", list("abc"), np.ones((5, 3))).p_value == 1


def test_two_methods_have_no_friedman_test():
    assert compare_ranks("m", ["a", "b"], [[1, 2], [3, 4]]).p_value is None


def test_the_critical_difference_is_that_of_demsar():
    # Demšar (2006), section 3.2.2: four classifiers on fourteen data sets, q = 2.569.
    gains = np.random.default_rng(1).normal(size=(14, 4))
    assert compare_ranks("m", list("abcd"), gains).critical_difference == pytest.approx(1.25, abs=0.01)


def test_cliques_are_as_large_as_possible_and_may_overlap():
    # Ten cases: a and b swap places, b and c swap places, d is always last by far.
    orders = [(4, 3, 2, 1)] * 4 + [(3, 4, 2, 1)] * 3 + [(4, 2, 3, 1)] * 3
    ranks = compare_ranks("m", list("abcd"), orders)
    assert ranks.critical_difference == pytest.approx(1.48, abs=0.01)
    assert ranks.average_ranks == {"a": 1.3, "b": 2.0, "c": 2.7, "d": 4.0}
    assert ranks.cliques == (("a", "b", "c"), ("c", "d"))


def test_methods_that_are_all_apart_form_no_clique():
    assert compare_ranks("m", list("abc"), [(3, 2, 1)] * 40).cliques == ()
