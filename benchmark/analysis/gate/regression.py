"""Compares a run with an earlier one: case by case, and by the scores of set metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from benchmark.analysis.gate.paired_means import PairedMeans, simultaneous_level
from benchmark.analysis.gate.rerun_noise import ASSUMED_NOISE, RerunNoise, assumed_noise, measured_noise
from benchmark.analysis.gate.rules import GateRules
from benchmark.analysis.gate.set_comparison import compare_set_scores
from benchmark.analysis.gate.snapshot import RUNTIME, CaseResult, MethodResults, Snapshot
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.contracts.metric import Direction
from benchmark.settings import describe_differences
from benchmark.store.cost_columns import DISTURBED
from benchmark.store.records import UnitStatus
from benchmark.wording import format_count


def compare_snapshots(
    before: Snapshot, now: Snapshot, rules: GateRules, lacking: Mapping[str, str] | None = None
) -> list[Finding]:
    """Compares a run with a baseline.

    Methods, metrics and cases that only the run has are passed over. For metrics that do not rank, only the presence
    of their scores is checked.

    Args:
        before: The baseline.
        now: The run.
        rules: The rules by which a difference counts.
        lacking: Known reasons why the run lacks metrics that it was to compute, by their names.
    """
    if reason := before.protocol.difference(now.protocol):
        return [Finding(Outcome.NOT_COMPARABLE, "", "", reason)]
    findings, metrics = _compare_metrics(before, now, lacking or {})
    compared: list[PairedMeans] = []
    runtime_problem = _runtime_problem(before, now)
    if runtime_problem:
        findings.append(Finding(Outcome.NOT_COMPARABLE, "", RUNTIME, runtime_problem, decides=False))
    for metric in metrics:
        found, means = compare_set_scores(before, now, metric, rules.tolerance(metric))
        findings += found
        compared += means
    for name, method in before.methods.items():
        if name not in now.methods:
            findings.append(Finding(Outcome.MISSING, name, "", "the run has no such method"))
            continue
        comparison = _MethodComparison(before, name, method, now, rules)
        findings += comparison.units()
        for metric in metrics:
            findings += comparison.lost_scores(metric)
            compared += comparison.scores(metric)
        if not runtime_problem:
            findings += comparison.runtime()
    level = simultaneous_level(compared, rules.level)
    findings += [means.judge(level) for means in compared]
    order = {name: number for number, name in enumerate(before.methods, start=1)}
    return sorted(findings, key=lambda finding: order.get(finding.method, 0))


def differences_of_note(before: Snapshot, now: Snapshot) -> tuple[str, ...]:
    """Returns, in one sentence each, what differs or is unknown between two runs that still can be compared."""
    notes = [
        f"{key} {there} there, {here} here"
        for key, there, here in (
            ("seed", before.seed, now.seed),
            ("device", before.device, now.device),
            ("precision", before.precision, now.precision),
        )
        if there != here
    ]
    for name, method in before.methods.items():
        notes += _failed_there(name, method)
    notes += [f"{metric} could not be computed there: {reason}" for metric, reason in before.unavailable.items()]
    unknown = before.unknown_noise(now)
    if unknown:
        notes.append(
            f"how far unchanged code repeats itself is not known ({unknown}): "
            f"{ASSUMED_NOISE:.0%} of each score are taken for chance; a baseline of repeated runs measures it"
        )
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


def _failed_there(name: str, method: MethodResults) -> list[str]:
    failed = sum(result.status is UnitStatus.FAILED for result in method.cases.values())
    notes = [f"{format_count(failed, 'unit')} of {name} failed there already, not compared"] if failed else []
    scores = Counter(metric for result in method.cases.values() for metric in result.failed_scores)
    scores.update(metric for metric, result in method.set_scores.items() if result.value is None)
    return notes + [
        f"{metric} failed there already for {format_count(number, 'image')} of {name}, not compared"
        if metric not in method.set_scores
        else f"{metric} failed there already for {name}, not compared"
        for metric, number in scores.items()
    ]


def _compare_metrics(before: Snapshot, now: Snapshot, lacking: Mapping[str, str]) -> tuple[list[Finding], list[str]]:
    findings: list[Finding] = []
    comparable: list[str] = []
    for name, there in before.metrics.items():
        here = now.metrics.get(name)
        if here is None:
            outcome = Outcome.NEWLY_FAILING if name in now.unavailable else Outcome.MISSING
            reason = now.unavailable.get(name) or lacking.get(name, "the run has no such metric")
            findings.append(Finding(outcome, "", name, reason))
        elif reason := there.difference(here):
            findings.append(Finding(Outcome.NOT_COMPARABLE, "", name, reason))
        else:
            comparable.append(name)
    return findings, comparable


def _runtime_problem(before: Snapshot, now: Snapshot) -> str:
    for snapshot, name in ((before, "baseline"), (now, "run")):
        if not snapshot.calibration:
            return f"the {name} has no calibration"
    if before.calibration != now.calibration:
        return f"calibration {before.calibration} there, {now.calibration} here"
    for key, there, here in (
        ("device", before.device, now.device),
        ("precision", before.precision, now.precision),
    ):
        if there != here:
            return f"{key} {there} there, {here} here"
    for snapshot, name in ((before, "baseline"), (now, "run")):
        if snapshot.calibration_disturbed:
            return f"the calibration of the {name} was {DISTURBED}"
    return ""


class _MethodComparison:
    """One method before and now, on the cases of the baseline that ended ok there."""

    def __init__(self, baseline: Snapshot, name: str, before: MethodResults, run: Snapshot, rules: GateRules) -> None:
        self._baseline = baseline
        self._name = name
        self._before = before
        self._rules = rules
        self._repeats = 1 if baseline.unknown_noise(run) else baseline.repeats
        now = run.methods[name].cases
        self._pairs = {
            case: (result, now.get(case)) for case, result in before.cases.items() if result.status is UnitStatus.OK
        }

    def units(self) -> list[Finding]:
        failed = {case: here.error for case, _, here in self._current() if here.status is UnitStatus.FAILED}
        absent = {case: "was not run" for case, (_, here) in self._pairs.items() if here is None}
        absent |= {
            case: f"was skipped: {here.error}" for case, _, here in self._current() if here.status is UnitStatus.SKIPPED
        }
        return [*self._found(Outcome.NEWLY_FAILING, "", failed), *self._found(Outcome.MISSING, "", absent)]

    def lost_scores(self, metric: str) -> list[Finding]:
        lost = {case: here for case, there, here in self._done() if metric in there.scores.keys() - here.scores.keys()}
        failed = {case: here.failed_scores[metric] for case, here in lost.items() if metric in here.failed_scores}
        absent = dict.fromkeys(lost.keys() - failed.keys(), "has no score")
        return [*self._found(Outcome.NEWLY_FAILING, metric, failed), *self._found(Outcome.MISSING, metric, absent)]

    def scores(self, metric: str) -> list[PairedMeans]:
        direction = self._baseline.metrics[metric].direction
        pairs = {
            case: (there, there.scores[metric], here.scores[metric])
            for case, there, here in self._done()
            if metric in there.scores and metric in here.scores
        }
        if not pairs or direction is Direction.NEITHER:
            return []
        before, now = np.array([numbers for _, *numbers in pairs.values()], dtype=np.float64).T
        size = float(np.abs(before).mean())
        tolerated = self._rules.tolerance(metric).of(size)
        factors = [self._baseline.cases[case] for case in pairs]
        return [
            PairedMeans(
                method=self._name,
                metric=metric,
                direction=direction,
                before=float(before.mean()),
                now=float(now.mean()),
                size=size,
                tolerance=tolerated,
                noise=self._noise(metric, [there for there, *_ in pairs.values()]),
                reason=_most(
                    {case: (then, here) for case, (_, then, here) in pairs.items()},
                    tolerated,
                    higher_is_better=direction is Direction.HIGHER,
                ),
                cases=len(pairs),
                contents=len({one.content for one in factors}),
                styles=len({one.style for one in factors}),
            )
        ]

    def runtime(self) -> list[Finding]:
        """Finds a method slower or faster if its mean and more than half of its cases are beyond the tolerance.

        A few long durations alone decide nothing: they are more likely due to other work of the machine.
        """
        durations = [(case, there, here) for case, there, here in self._done() if there.runtime is not None]
        lost = sum(here.runtime is None for _, _, here in durations)
        disturbed = sum(there.disturbed or here.disturbed for _, there, here in durations)
        left_out = [f"{lost} without a duration"] if lost else []
        left_out += [f"{disturbed} {DISTURBED}"] if disturbed else []
        words = f"{' and '.join(left_out)} of {format_count(len(durations), 'case')} left out" if left_out else ""
        pairs = {
            case: (there.runtime, here.runtime)
            for case, there, here in durations
            if there.runtime is not None and here.runtime is not None and not (there.disturbed or here.disturbed)
        }
        if not pairs:
            return [Finding(Outcome.NOT_COMPARABLE, self._name, RUNTIME, words, decides=False)] if durations else []
        before, now = np.array(list(pairs.values()), dtype=np.float64).T
        difference, tolerance = float((now - before).mean()), self._rules.tolerance(RUNTIME)
        tolerated = tolerance.of(float(before.mean()))
        moved = np.sign(difference) * (now - before) > tolerance.relative * before
        outcome, reasons = Outcome.SAME, [_most(pairs, tolerated, higher_is_better=False), words]
        if abs(difference) > tolerated:
            outcome = Outcome.WORSE if difference > 0 else Outcome.BETTER
            if 2 * int(moved.sum()) <= len(pairs):
                outcome = Outcome.NOT_COMPARABLE
                reasons.append(f"in {int(moved.sum())} of {format_count(len(pairs), 'case')} only")
        factors = [self._baseline.cases[case] for case in pairs]
        return [
            Finding(
                outcome=outcome,
                method=self._name,
                metric=RUNTIME,
                reason="; ".join(filter(None, reasons)),
                before=float(before.mean()),
                now=float(now.mean()),
                difference=difference,
                tolerance=tolerated,
                cases=len(pairs),
                contents=len({one.content for one in factors}),
                styles=len({one.style for one in factors}),
                decides=outcome is not Outcome.NOT_COMPARABLE,
            )
        ]

    def _current(self) -> Iterable[tuple[str, CaseResult, CaseResult]]:
        return ((case, there, here) for case, (there, here) in self._pairs.items() if here is not None)

    def _done(self) -> Iterable[tuple[str, CaseResult, CaseResult]]:
        return (one for one in self._current() if one[2].status is UnitStatus.OK)

    def _noise(self, metric: str, before: list[CaseResult]) -> RerunNoise:
        if self._repeats == 1:
            return assumed_noise([result.scores[metric] for result in before])
        spreads = [result.spreads.get(metric, 0.0) for result in before]
        return measured_noise(spreads, self._before.mean_spreads.get(metric, 0.0), self._repeats)

    def _found(self, outcome: Outcome, metric: str, reasons: Mapping[str, str]) -> list[Finding]:
        if not reasons:
            return []
        case = min(reasons)
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        return [Finding(outcome, self._name, metric, f"{case}{more}: {reasons[case]}", cases=len(reasons))]


def _most(pairs: Mapping[str, tuple[float, float]], tolerated: float, *, higher_is_better: bool) -> str:
    """Names the case that lost most, if it lost more than is tolerated of the mean."""
    losses = {case: before - now if higher_is_better else now - before for case, (before, now) in pairs.items()}
    worst = max(losses, key=losses.__getitem__)
    return f"most in {worst}: {pairs[worst][0]:.4g} → {pairs[worst][1]:.4g}" if losses[worst] > tolerated else ""
