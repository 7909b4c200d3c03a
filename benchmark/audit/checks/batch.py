"""Check that a picture's score does not depend on the rest of its batch."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmark.audit.check_result import CheckResult
from benchmark.audit.evidence import Evidence
from benchmark.audit.treatment import AGAIN, IN_BATCH

LARGEST_CHANGE: Final = 1e-3
"""Share of the span by which another order of summation may change a score."""


def batch(evidence: Evidence) -> CheckResult:
    """Hands copies of the halfway blends over alone and behind another picture."""
    change = float(np.abs(evidence.scores(IN_BATCH) - evidence.scores(AGAIN)).max()) / evidence.scale()
    problem = f"in a batch the picture scores otherwise, by {change:.2g} of the span"
    return CheckResult.of("" if change <= LARGEST_CHANGE else problem, {"change": change})
