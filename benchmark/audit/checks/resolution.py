"""Check that the order of the cases does not depend on the resolution."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmark.audit.check_result import CheckResult, NotApplicableError
from benchmark.audit.checks.blends import rank_correlation
from benchmark.audit.evidence import Evidence, ScoringError
from benchmark.audit.treatment import HALFWAY, HALVED

LEAST_AGREEMENT: Final = 0.8
"""Rank correlation between the scores of the cases at the two resolutions."""

_FEWEST_CASES: Final = 4


def resolution(evidence: Evidence) -> CheckResult:
    """Scores the halfway blends at the protocol's resolution and at half of it.

    The numbers may change; the cases must keep their order (Spearman).
    """
    whole = evidence.scores(HALFWAY)
    try:
        half = evidence.scores(HALVED)
    except ScoringError as error:
        raise NotApplicableError(f"it cannot score at half the resolution: {error}") from error
    if evidence.subject.is_set_metric:
        raise NotApplicableError(f"a set has one score, {whole[0]:.3g}, at half the resolution {half[0]:.3g}")
    if len(whole) < _FEWEST_CASES:
        raise NotApplicableError(f"{len(whole)} cases have too few orders; {_FEWEST_CASES} are needed")
    if not np.ptp(whole):
        raise NotApplicableError("all cases score alike: they have no order")
    figures = {"agreement": rank_correlation(whole, half), "whole": float(whole.mean()), "half": float(half.mean())}
    problem = f"at half the resolution the cases are ordered otherwise (rank correlation {figures['agreement']:.2f})"
    return CheckResult.of("" if figures["agreement"] >= LEAST_AGREEMENT else problem, figures)
