"""Check that the unchanged content and the style image are at the right ends of the metric's axis."""

from __future__ import annotations

import numpy as np

from benchmark.audit.check_result import CheckResult, CheckStatus
from benchmark.audit.evidence import Evidence
from benchmark.audit.significance import positive_mean


def ends(evidence: Evidence) -> CheckResult:
    """Compares the two ends case by case, as the controls anchor them.

    On the axis ``content`` the unchanged content has to score better than the style image, on the axes ``style`` and
    ``text`` the other way round: the mean difference has to be above 0 with its interval.
    """
    bad, good = evidence.ends()
    gaps = evidence.goodness(good) - evidence.goodness(bad)
    figures = {
        "share of cases": float(np.mean(gaps > 0)),
        "good end": float(evidence.scores(good).mean()),
        "bad end": float(evidence.scores(bad).mean()),
    }
    status = positive_mean(gaps, evidence)
    named = "unchanged content" if good.strength == 0 else "style image"
    other = "style image" if good.strength == 0 else "unchanged content"
    share = f"in {figures['share of cases']:.0%} of the cases"
    problem = f"the {named} scores better than the {other} {share}, by {gaps.mean():.2g} on average"
    return CheckResult(status, "" if status is CheckStatus.PASSED else problem, figures)
