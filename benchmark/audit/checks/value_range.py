"""Check that the scores stay within the range that the metric states."""

from __future__ import annotations

from typing import Final

from benchmark.audit.check_result import CheckResult, NotApplicableError
from benchmark.audit.evidence import Evidence

_ROUNDING: Final = 1e-4


def value_range(evidence: Evidence) -> CheckResult:
    """Looks at the scores of all blends, from the content to the style image."""
    low, high = evidence.info.minimum, evidence.info.maximum
    if low is None and high is None:
        raise NotApplicableError("it states no range")
    seen = evidence.seen()
    figures = {"lowest": float(seen.min()), "highest": float(seen.max())}
    if low is not None and figures["lowest"] < low - _ROUNDING:
        return CheckResult.of(f"a score of {figures['lowest']:.4g} is below the stated minimum {low:g}", figures)
    if high is not None and figures["highest"] > high + _ROUNDING:
        return CheckResult.of(f"a score of {figures['highest']:.4g} is above the stated maximum {high:g}", figures)
    return CheckResult.of("", figures)
