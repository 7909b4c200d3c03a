"""The effect size of paired scores."""

from __future__ import annotations

import pytest

from benchmark.analysis.effect import rank_biserial


@pytest.mark.parametrize(
    ("differences", "effect"),
    [([1, 2, 3], 1), ([-1, -2, -3], -1), ([1, 2, -3], 0), ([-1, 2, 3], 4 / 6), ([0, 0, 2], 1), ([0, 0, 0], 0)],
)
def test_is_the_difference_of_rank_sums(differences, effect):
    assert rank_biserial(differences) == pytest.approx(effect)
