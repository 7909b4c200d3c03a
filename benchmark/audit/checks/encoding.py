"""Check that the score is one of the picture, not of the file format that it was stored in."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmark.audit.check_result import CheckResult, NotApplicableError
from benchmark.audit.evidence import Evidence
from benchmark.audit.treatment import HALFWAY, JPEG_QUALITY, THROUGH_JPEG, THROUGH_PNG

LARGEST_CHANGE: Final = 0.1
"""Mean change by JPEG, as a share of the span between the unchanged content and the style image."""

ROUNDING: Final = 1e-6


def encoding(evidence: Evidence) -> CheckResult:
    """Stores the halfway blend as PNG, which must not change its score, and as JPEG, which may change it little."""
    span = evidence.span()
    if span == 0:
        raise NotApplicableError("the unchanged content and the style image score alike: no span to measure by")
    direct = evidence.scores(HALFWAY)
    through_jpeg = float(np.abs(evidence.scores(THROUGH_JPEG) - direct).mean()) / span
    through_png = float(np.abs(evidence.scores(THROUGH_PNG) - direct).max()) / span
    figures = {"JPEG": through_jpeg, "PNG": through_png}
    if through_png > ROUNDING:
        return CheckResult.of(f"a lossless file changes the score by {through_png:.2g} of its span", figures)
    if through_jpeg > LARGEST_CHANGE:
        problem = f"JPEG of quality {JPEG_QUALITY} changes the score by {through_jpeg:.2g} of its span"
        return CheckResult.of(problem, figures)
    return CheckResult.of("", figures)
