"""Check that the same picture gets the same score again."""

from __future__ import annotations

import numpy as np

from benchmark.audit.check_result import CheckResult
from benchmark.audit.checks.encoding import ROUNDING
from benchmark.audit.evidence import Evidence
from benchmark.audit.treatment import AGAIN, HALFWAY


def repetition(evidence: Evidence) -> CheckResult:
    """Scores copies of the halfway blends again, after all other pictures."""
    change = float(np.abs(evidence.scores(AGAIN) - evidence.scores(HALFWAY)).max()) / evidence.scale()
    problem = f"a copy of the picture scores otherwise, by {change:.2g} of the span"
    return CheckResult.of("" if change <= ROUNDING else problem, {"change": change})
