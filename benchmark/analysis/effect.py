"""Effect size: the consistency with which one of two paired scores is the better."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def rank_biserial(differences: ArrayLike) -> float:
    """Computes the matched-pairs rank-biserial correlation (Kerby 2014, "The simple difference formula").

    It is the rank sum of the positive differences minus that of the negative ones, divided by their total: 1 where all
    differences are positive, −1 where all are negative. Pairs without a difference are left out.

    Args:
        differences: Difference of each pair.
    """
    from scipy.stats import rankdata

    values = np.asarray(differences, dtype=np.float64)
    differing = values[values != 0]
    if not len(differing):
        return 0.0
    ranks = rankdata(np.abs(differing))
    return float((ranks * np.sign(differing)).sum() / ranks.sum())
