"""Compares a run with an earlier one: case by case, and by the numbers for all images of a method at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from benchmark.analysis.gate.paired_difference import PairedDifference
from benchmark.analysis.gate.rules import GateRules, Tolerance
from benchmark.analysis.gate.set_comparison import compare_set_scores
from benchmark.analysis.gate.snapshot import RUNTIME, CaseResult, MethodResults, Snapshot
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.contracts.metric import Direction
from benchmark.settings import describe_differences
from benchmark.store.costs import DISTURBED
from benchmark.store.records import UnitStatus
from benchmark.wording import format_count


def compare_snapshots(
    before: Snapshot, now: Snapshot, rules: GateRules, lacking: Mapping[str, str] | None = None
) -> list[Finding]:
    """Compares a run with a baseline.

    Methods, metrics and cases that only the run has are passed over, and so are metrics that do not rank.

    Args:
        before: The baseline.
        now: The run.
        rules: When a difference counts.
        lacking: Why the run lacks metrics that it was to compute, by their names, as far as that is known.
    """
    if before.protocol.fingerprint != now.protocol.fingerprint:
        reason = f"protocol {before.protocol} there, {now.protocol} here"
        return [Finding(Outcome.NOT_COMPARABLE, "", "", reason)]
    findings, metrics = _compare_metrics(before, now, lacking or {})
    runtime_problem = _runtime_problem(before, now)
    if runtime_problem:
        findings.append(Finding(Outcome.NOT_COMPARABLE, "", RUNTIME, runtime_problem, decides=False))
    for metric in metrics:
        direction = before.metrics[metric].direction
        findings += compare_set_scores(before.methods, now.methods, metric, direction, rules.scores)
    for name, method in before.methods.items():
        if name not in now.methods:
            findings.append(Finding(Outcome.MISSING, name, "", "the run has no such method"))
            continue
        comparison = _MethodComparison(before, name, method, now.methods[name], rules)
        findings += comparison.units()
        for metric in metrics:
            findings += comparison.scores(metric, before.metrics[metric].direction)
        if not runtime_problem:
            findings += comparison.runtime()
    return findings


def differences_of_note(before: Snapshot, now: Snapshot) -> tuple[str, ...]:
    """What differs between two runs without making them incomparable, each in one sentence."""
    notes = [
        f"{key} {there} there, {here} here"
        for key, there, here in (("seed", before.seed, now.seed), ("device", before.device, now.device))
        if there != here
    ]
    for name, method in before.methods.items():
        failed = sum(result.status is UnitStatus.FAILED for result in method.cases.values())
        if failed:
            notes.append(f"{format_count(failed, 'unit')} of {name} failed there already, not compared")
    for name in before.methods.keys() & now.methods.keys():
        there, here = before.methods[name], now.methods[name]
        if there.version != here.version:
            notes.append(f"version of {name} {there.version} there, {here.version} here")
        notes += describe_differences(name, there.settings, here.settings)
    for kind, names in (
        ("method", now.methods.keys() - before.methods.keys()),
        ("metric", now.metrics.keys() - before.metrics.keys()),
        ("case", now.cases.keys() - before.cases.keys()),
    ):
        if names:
            notes.append(f"only the run has {kind} {', '.join(sorted(names))}")
    return tuple(sorted(notes))


def _compare_metrics(before: Snapshot, now: Snapshot, lacking: Mapping[str, str]) -> tuple[list[Finding], list[str]]:
    findings: list[Finding] = []
    comparable: list[str] = []
    for name, there in before.metrics.items():
        here = now.metrics.get(name)
        if here is None:
            reason = lacking.get(name, "the run has no such metric")
            findings.append(Finding(Outcome.MISSING, "", name, reason))
        elif there != here:
            differing = next(key for key in vars(there) if getattr(there, key) != getattr(here, key))
            values = [str(getattr(side, differing))[:12] or "none" for side in (there, here)]
            reason = f"{differing.replace('_', ' ')} {values[0]} there, {values[1]} here"
            findings.append(Finding(Outcome.NOT_COMPARABLE, "", name, reason))
        elif there.direction is not Direction.NEITHER:
            comparable.append(name)
    return findings, comparable


def _runtime_problem(before: Snapshot, now: Snapshot) -> str:
    for snapshot, name in ((before, "baseline"), (now, "run")):
        if not snapshot.calibration:
            return f"the {name} has no calibration"
    if before.calibration != now.calibration:
        return f"calibration {before.calibration} there, {now.calibration} here"
    if before.device != now.device:
        return f"device {before.device} there, {now.device} here"
    for snapshot, name in ((before, "baseline"), (now, "run")):
        if snapshot.calibration_disturbed:
            return f"the calibration of the {name} was {DISTURBED}"
    return ""


class _MethodComparison:
    """One method before and now, on the cases of the baseline that ended ok there."""

    def __init__(
        self, baseline: Snapshot, name: str, before: MethodResults, now: MethodResults, rules: GateRules
    ) -> None:
        self._baseline = baseline
        self._name = name
        self._rules = rules
        self._pairs = {
            case: (result, now.cases.get(case))
            for case, result in before.cases.items()
            if result.status is UnitStatus.OK
        }

    def units(self) -> list[Finding]:
        failed = {case: here.error for case, here in self._current() if here.status is UnitStatus.FAILED}
        absent = {case: "was not run" for case, (_, here) in self._pairs.items() if here is None}
        absent |= {
            case: f"was skipped: {here.error}" for case, here in self._current() if here.status is UnitStatus.SKIPPED
        }
        return [*self._found(Outcome.NEWLY_FAILING, "", failed), *self._found(Outcome.MISSING, "", absent)]

    def scores(self, metric: str, direction: Direction) -> list[Finding]:
        done = {case: here for case, here in self._current() if here.status is UnitStatus.OK}
        lost = {case for case, here in done.items() if self._scored(case, metric) and metric not in here.scores}
        failed = {case: done[case].failed_scores[metric] for case in lost if metric in done[case].failed_scores}
        absent = dict.fromkeys(lost - failed.keys(), "has no score")
        return [
            *self._found(Outcome.NEWLY_FAILING, metric, failed),
            *self._found(Outcome.MISSING, metric, absent),
            *self._compared(metric, direction, self._rules.scores, lambda result: result.scores.get(metric)),
        ]

    def runtime(self) -> list[Finding]:
        found = self._compared(RUNTIME, Direction.LOWER, self._rules.runtime, lambda result: result.runtime)
        number = sum(here is not None and (there.disturbed or here.disturbed) for there, here in self._pairs.values())
        if number:
            reason = f"the durations of {number} of {format_count(len(self._pairs), 'case')} were {DISTURBED}"
            found.append(Finding(Outcome.NOT_COMPARABLE, self._name, RUNTIME, reason, cases=number, decides=False))
        return found

    def _current(self) -> Iterable[tuple[str, CaseResult]]:
        return ((case, here) for case, (_, here) in self._pairs.items() if here is not None)

    def _scored(self, case: str, metric: str) -> bool:
        return metric in self._pairs[case][0].scores

    def _found(self, outcome: Outcome, metric: str, reasons: dict[str, str]) -> list[Finding]:
        if not reasons:
            return []
        case = min(reasons)
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        return [Finding(outcome, self._name, metric, f"{case}{more}: {reasons[case]}", cases=len(reasons))]

    def _compared(
        self,
        metric: str,
        direction: Direction,
        tolerance: Tolerance,
        number: Callable[[CaseResult], float | None],
    ) -> list[Finding]:
        numbers = {case: (number(there), number(here)) for case, (there, here) in self._pairs.items() if here}
        cases = [case for case, pair in numbers.items() if None not in pair]
        if not cases:
            return []
        factors = [self._baseline.cases[case] for case in cases]
        before, now = np.array([numbers[case] for case in cases], dtype=np.float64).T
        paired = PairedDifference(before, now, [one.content for one in factors], [one.style for one in factors])
        interval, tolerated = paired.interval(self._rules.level), tolerance.of(float(np.abs(before).mean()))
        outcome = paired.outcome(interval, tolerated, higher_is_better=direction is Direction.HIGHER)
        losses = before - now if direction is Direction.HIGHER else now - before
        worst = int(losses.argmax())
        most = f"most in {cases[worst]}: {before[worst]:.4g} → {now[worst]:.4g}"
        return [
            Finding(
                outcome=outcome,
                method=self._name,
                metric=metric,
                reason=most if losses[worst] > tolerated else "",
                before=float(before.mean()),
                now=float(now.mean()),
                difference=float((now - before).mean()),
                interval=interval,
                tolerance=tolerated,
                cases=len(cases),
                contents=len({one.content for one in factors}),
                styles=len({one.style for one in factors}),
            )
        ]
