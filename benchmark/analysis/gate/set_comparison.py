"""Compares numbers that say something of all stylized images of a method at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from benchmark.analysis.gate.rules import Tolerance
from benchmark.analysis.gate.snapshot import MethodResults, SetResult
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.contracts.metric import Direction


def compare_set_scores(
    before: Mapping[str, MethodResults],
    now: Mapping[str, MethodResults],
    metric: str,
    direction: Direction,
    tolerance: Tolerance,
) -> list[Finding]:
    """Compares the one number that a metric has for each method: by the tolerance alone, as there is no interval.

    Numbers from too few images, or from other numbers of images than before, are not comparable, which decides nothing:
    small protocols have few images always. Methods that only one of the runs has are passed over.

    Args:
        before: The methods of the baseline.
        now: The methods of the run.
        metric: Name of the metric.
        direction: Which way is better.
        tolerance: What is tolerated.

    Returns:
        One finding per method, but only one for all methods that cannot be compared for the same reason.
    """
    found = [
        _compare(name, metric, there, now[name].set_scores.get(metric), direction, tolerance)
        for name, method in before.items()
        if name in now and (there := method.set_scores.get(metric)) is not None and there.value is not None
    ]
    undecided = [finding for finding in found if finding.outcome is Outcome.NOT_COMPARABLE]
    reasons = dict.fromkeys(finding.reason for finding in undecided)
    together = [_together([finding for finding in undecided if finding.reason == reason]) for reason in reasons]
    return [*(finding for finding in found if finding.outcome is not Outcome.NOT_COMPARABLE), *together]


def _compare(
    method: str, metric: str, there: SetResult, here: SetResult | None, direction: Direction, tolerance: Tolerance
) -> Finding:
    assert there.value is not None
    if here is None or here.value is None:
        reason = here.warning if here else ""
        outcome = Outcome.NEWLY_FAILING if reason else Outcome.MISSING
        return Finding(outcome, method, metric, reason or "has no score")
    if here.warning or there.warning:
        return Finding(Outcome.NOT_COMPARABLE, method, metric, here.warning or there.warning, decides=False)
    if (there.images, there.styles) != (here.images, here.styles):
        reason = f"from {there.counts} there, {here.counts} here"
        return Finding(Outcome.NOT_COMPARABLE, method, metric, reason, decides=False)
    difference, tolerated = here.value - there.value, tolerance.of(abs(there.value))
    if abs(difference) <= tolerated:
        outcome = Outcome.SAME
    else:
        outcome = Outcome.BETTER if (difference > 0) is (direction is Direction.HIGHER) else Outcome.WORSE
    return Finding(
        outcome=outcome,
        method=method,
        metric=metric,
        reason="one number for all images, without an interval: the tolerance alone decides",
        before=there.value,
        now=here.value,
        difference=difference,
        tolerance=tolerated,
        cases=here.images,
        contents=here.contents,
        styles=here.styles,
    )


def _together(findings: list[Finding]) -> Finding:
    if len(findings) == 1:
        return findings[0]
    return replace(findings[0], method="", reason=f"{len(findings)} methods: {findings[0].reason}")
