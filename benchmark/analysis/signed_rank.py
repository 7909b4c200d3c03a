"""The signed-rank test of paired scores, its effect size, and what keeps many tests honest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MOST_EXACT = 50
"""Up to so many pairs the distribution is computed exactly."""


def signed_rank_p(differences: ArrayLike) -> float:
    """Two-sided p-value of the Wilcoxon signed-rank test (Wilcoxon 1945, "Individual comparisons by ranking methods").

    Pairs without a difference are left out. The p-value is exact for up to 50 other pairs, else by the normal
    approximation.

    Args:
        differences: Difference of each pair.
    """
    from scipy.stats import wilcoxon

    differing = _nonzero(differences)
    if not len(differing):
        return 1.0
    if len(differing) <= _MOST_EXACT:
        return float(wilcoxon(differing, method="exact").pvalue)
    return float(wilcoxon(differing, method="approx").pvalue)


def rank_biserial(differences: ArrayLike) -> float:
    """Matched-pairs rank-biserial correlation (Kerby 2014, "The simple difference formula").

    It is the rank sum of the positive differences minus that of the negative ones, divided by their total: 1 where all
    differences are positive, −1 where all are negative. Pairs without a difference are left out.

    Args:
        differences: Difference of each pair.
    """
    from scipy.stats import rankdata

    differing = _nonzero(differences)
    if not len(differing):
        return 0.0
    ranks = rankdata(np.abs(differing))
    return float((ranks * np.sign(differing)).sum() / ranks.sum())


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm 1979, "A simple sequentially rejective multiple test procedure").

    Args:
        p_values: The p-values of one family of tests.

    Returns:
        The corrected ones, in the same order.
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for position, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        highest = max(highest, min(1.0, (len(p_values) - position) * p_values[index]))
        corrected[index] = highest
    return corrected


def smallest_significant_shift(differences: ArrayLike, alpha: float) -> float | None:
    """The smallest mean difference at which the signed-rank test would have been significant, with the same scatter.

    Args:
        differences: Difference of each pair.
        alpha: Level of the test.

    Returns:
        The shift, to one part in a thousand of the range, or ``None`` where so few pairs can never be significant.
    """
    values = np.asarray(differences, dtype=np.float64)
    scatter = values - values.mean()
    low, high = 0.0, 2 * float(np.abs(scatter).max())
    if signed_rank_p(np.ones(len(values))) >= alpha:
        return None
    for _ in range(10):
        middle = (low + high) / 2
        if max(signed_rank_p(scatter + middle), signed_rank_p(scatter - middle)) < alpha:
            high = middle
        else:
            low = middle
    return high


def _nonzero(differences: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(differences, dtype=np.float64)
    differing: NDArray[np.float64] = values[values != 0]
    return differing
