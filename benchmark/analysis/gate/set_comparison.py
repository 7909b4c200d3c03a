"""Compares the scores of set metrics: one number for all stylized images of a method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmark.analysis.gate.paired_means import PairedMeans
from benchmark.analysis.gate.rerun_noise import RerunNoise, assumed_noise, measured_noise
from benchmark.analysis.gate.rules import Tolerance
from benchmark.analysis.gate.snapshot import SetResult, Snapshot
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.contracts.metric import Direction


def compare_set_scores(
    before: Snapshot, now: Snapshot, metric: str, tolerance: Tolerance
) -> tuple[list[Finding], list[PairedMeans]]:
    """Compares the one number that a set metric has for each method.

    Numbers from too few images, or from another number of images than before, are not comparable, which does not count
    for the exit code: small protocols always have few images. Methods that only one of the runs has are passed over.

    Where its noise was not measured, such a number is taken to repeat itself as the mean over its images would.

    Args:
        before: The baseline.
        now: The run.
        metric: Name of the metric.
        tolerance: Tolerance for the difference.

    Returns:
        Findings about lost or incomparable numbers, one for all methods that share the reason; and means to judge.
    """
    direction = before.metrics[metric].direction
    is_known = not before.unknown_noise(now)
    found: list[Finding] = []
    compared: list[PairedMeans] = []
    for name, method in before.methods.items():
        there = method.set_scores.get(metric)
        if name not in now.methods or there is None or there.value is None:
            continue
        here = now.methods[name].set_scores.get(metric)
        if here is None or here.value is None:
            reason = here.warning if here else ""
            outcome = Outcome.NEWLY_FAILING if reason else Outcome.MISSING
            found.append(Finding(outcome, name, metric, reason or "has no score"))
        elif direction is Direction.NEITHER:
            continue
        elif problem := _problem(there, here):
            found.append(Finding(Outcome.NOT_COMPARABLE, name, metric, problem, decides=False))
        else:
            compared.append(
                PairedMeans(
                    method=name,
                    metric=metric,
                    direction=direction,
                    before=there.value,
                    now=here.value,
                    size=abs(there.value),
                    tolerance=tolerance.of(abs(there.value)),
                    noise=_noise(there, there.value, before.repeats if is_known else 1),
                    reason="one number for all images",
                    cases=here.images,
                    contents=here.contents,
                    styles=here.styles,
                )
            )
    undecided = [finding for finding in found if finding.outcome is Outcome.NOT_COMPARABLE]
    reasons = dict.fromkeys(finding.reason for finding in undecided)
    together = [_together([finding for finding in undecided if finding.reason == reason]) for reason in reasons]
    return [*(finding for finding in found if finding.outcome is not Outcome.NOT_COMPARABLE), *together], compared


def _problem(there: SetResult, here: SetResult) -> str:
    if here.warning or there.warning:
        return here.warning or there.warning
    if (there.images, there.styles) != (here.images, here.styles):
        return f"from {there.counts} there, {here.counts} here"
    return ""


def _noise(there: SetResult, value: float, repeats: int) -> RerunNoise:
    if repeats == 1:
        return assumed_noise(np.full(max(1, there.images), value))
    return measured_noise([there.spread], there.spread, repeats)


def _together(findings: list[Finding]) -> Finding:
    if len(findings) == 1:
        return findings[0]
    return replace(findings[0], method="", reason=f"{len(findings)} methods: {findings[0].reason}")
