"""The signed-rank test and what belongs to it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import wilcoxon

from benchmark.analysis.signed_rank import holm, rank_biserial, signed_rank_p, smallest_significant_shift

# Darwin's maize, the example of Wilcoxon's test in many textbooks: heights of crossed minus self-fertilised plants.
MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_is_that_of_scipy():
    assert signed_rank_p(MAIZE) == pytest.approx(wilcoxon(MAIZE, method="exact").pvalue)
    assert signed_rank_p(MAIZE) == pytest.approx(0.04126, abs=1e-5)


def test_leaves_pairs_without_a_difference_out():
    assert signed_rank_p([*MAIZE, 0, 0]) == signed_rank_p(MAIZE)


def test_without_any_difference_nothing_is_significant():
    assert signed_rank_p([0, 0, 0]) == 1
    assert rank_biserial([0, 0, 0]) == 0


def test_of_many_pairs_is_approximated():
    values = np.random.default_rng(0).normal(0.2, 1, size=300)
    assert signed_rank_p(values) == pytest.approx(wilcoxon(values).pvalue, rel=0.01)


@pytest.mark.parametrize(
    ("differences", "effect"), [([1, 2, 3], 1), ([-1, -2, -3], -1), ([1, 2, -3], 0), ([-1, 2, 3], 4 / 6)]
)
def test_the_effect_size_is_the_difference_of_rank_sums(differences, effect):
    assert rank_biserial(differences) == pytest.approx(effect)


def test_holm_corrects_as_in_his_paper():
    # Example of Holm (1979): 0.01 · 3, 0.02 · 2, and 0.03 may not fall below its predecessor.
    assert holm([0.02, 0.01, 0.03]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.9, 0.6]) == [1, 1]
    assert holm([]) == []


def test_the_smallest_significant_shift_is_one():
    values = np.random.default_rng(1).normal(size=20)
    shift = smallest_significant_shift(values, 0.05)
    scatter = values - values.mean()
    assert signed_rank_p(scatter + 1.01 * shift) < 0.05
    assert signed_rank_p(scatter - 1.01 * shift) < 0.05
    assert max(signed_rank_p(scatter + 0.95 * shift), signed_rank_p(scatter - 0.95 * shift)) >= 0.05


def test_five_pairs_can_never_be_significant():
    assert smallest_significant_shift([1.0, 2.0, 3.0, 4.0, 5.0], 0.05) is None
