"""P-values corrected for their number."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.analysis.holm import holm


def corrected(*p_values: float) -> list[float]:
    return [test.p_value for test in holm(p_values)]


def test_corrects_as_in_the_paper():
    # Example of Holm (1979): 0.01 · 3, 0.02 · 2, and 0.03 may not fall below its predecessor.
    assert corrected(0.02, 0.01, 0.03) == pytest.approx([0.04, 0.03, 0.04])
    assert corrected(0.9, 0.6) == [1, 1]
    assert corrected() == []


def test_agrees_with_the_definition_as_a_closed_test():
    # Holm's correction is the closed test of Bonferroni's: the largest corrected p-value of any subset that holds it.
    p_values = np.random.default_rng(0).uniform(0, 0.2, size=5)
    subsets = [[index for index in range(5) if mask >> index & 1] for mask in range(1, 32)]
    for index, found in enumerate(corrected(*p_values)):
        largest = max(len(subset) * p_values[subset].min() for subset in subsets if index in subset)
        assert found == pytest.approx(min(1, largest))


def test_says_among_how_many_each_is_tested():
    assert [test.tests for test in holm([0.02, 0.01, 0.03])] == [2, 3, 1]
