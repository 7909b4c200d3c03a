"""Test whether a mean over cases is above 0 by more than chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.interval import crossed_estimate
from benchmark.audit.evidence import Evidence
from benchmark.audit.finding import Verdict


def positive_mean(values: NDArray[np.float64], evidence: Evidence) -> Verdict:
    """Judges whether a mean is above 0.

    It passes if all numbers or the mean's two-way interval are above 0, fails if the mean is not, and is undecided
    otherwise. There is no interval for the scores of sets, or where all cases share their content or their style.

    Args:
        values: One number for each case, or numbers of sets.
        evidence: The evidence that the numbers come from, for the contents and styles of its cases.
    """
    if not values.mean() > 0:
        return Verdict.FAILED
    interval = None
    if not evidence.subject.scores_sets:
        interval = crossed_estimate(values, evidence.contents, evidence.styles).interval
    is_above = float(values.min()) > 0 or (interval is not None and interval.low > 0)
    return Verdict.PASSED if is_above else Verdict.UNDECIDED
