"""Check that the score follows blends from the content to the style image."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.stats import rankdata

from benchmark.audit.check_result import CheckResult, NotApplicableError
from benchmark.audit.evidence import Evidence
from benchmark.audit.treatment import BLENDS
from benchmark.contracts import Axis

LEAST_CORRELATION: Final = 0.9
"""Mean rank correlation with the strength of the blend; 0.9 is two neighbours of five exchanged in every case."""


def blends(evidence: Evidence) -> CheckResult:
    """Correlates, case by case, the ranks of the scores with the shares of the style image (Spearman)."""
    if evidence.info.axis is Axis.TEXT:
        raise NotApplicableError("half a style image is not half of what a prompt says")
    bad, _ = evidence.ends()
    ordered = BLENDS if bad is BLENDS[0] else BLENDS[::-1]
    rows = np.stack([evidence.goodness(treatment) for treatment in ordered], axis=1)
    correlations = [rank_correlation(row, np.arange(len(ordered))) for row in rows]
    figures = {
        # Rounded, so that the mean of correlations of 0.9 is exactly 0.9.
        "correlation": round(float(np.mean(correlations)), 12),
        "steps back": float(np.mean(np.diff(rows, axis=1) <= 0)),
    }
    problem = f"scores follow the strength of the blend with a rank correlation of {figures['correlation']:.2f} only"
    return CheckResult.of("" if figures["correlation"] >= LEAST_CORRELATION else problem, figures)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Computes Spearman's rank correlation; 0 where one of the two is constant."""
    ranks = [rankdata(values) - (len(values) + 1) / 2 for values in (first, second)]
    # Ranks are multiples of one half, so these sums are exact, and a correlation of 0.8 is exactly that.
    squares = [float(values @ values) for values in ranks]
    return float(ranks[0] @ ranks[1]) / math.sqrt(math.prod(squares)) if all(squares) else 0.0
