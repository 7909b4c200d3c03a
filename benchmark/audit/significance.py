"""Test whether a mean over cases is above 0 by more than chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.interval import crossed_estimate
from benchmark.audit.check_result import CheckStatus
from benchmark.audit.evidence import Evidence


def positive_mean(values: NDArray[np.float64], evidence: Evidence) -> CheckStatus:
    """Passes a mean above 0 if all numbers are, or its interval is, and fails one that is not above 0.

    Where cases share their content or their style there is no interval, nor for the scores of set metrics.

    Args:
        values: One number a case; or numbers of a set metric.
        evidence: Where the cases are from.
    """
    if not values.mean() > 0:
        return CheckStatus.FAILED
    interval = None
    if not evidence.subject.is_set_metric:
        interval = crossed_estimate(values, evidence.contents, evidence.styles).interval
    is_above = float(values.min()) > 0 or (interval is not None and interval.low > 0)
    return CheckStatus.PASSED if is_above else CheckStatus.UNDECIDED
