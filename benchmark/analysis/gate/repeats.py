"""Repeated runs of the same code as one snapshot, which holds the spread between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from benchmark.analysis.gate.snapshot import CaseResult, MethodResults, SetResult, Snapshot, take_snapshot
from benchmark.errors import InputError, NotComparableError
from benchmark.settings import describe_differences
from benchmark.store.records import RunRecords, UnitStatus
from benchmark.wording import format_count


def combine_repeats(runs: Sequence[RunRecords]) -> Snapshot:
    """The scores of one run or of repeated runs, as ``mean_snapshot`` has them.

    Args:
        runs: Runs of the same methods, of the same version and with the same settings, on the same cases.

    Raises:
        InputError: Two are the same run, or one has not all units of the others.
        NotComparableError: They are not runs of the same methods, metrics and cases.
    """
    _require_different(runs)
    snapshots = [take_snapshot(run) for run in runs]
    first = snapshots[0]
    for run, snapshot in zip(runs[1:], snapshots[1:], strict=True):
        difference = _difference(first, snapshot)
        if difference:
            raise NotComparableError(
                f"{run.directory} is no repetition of {runs[0].directory}: {difference}; "
                "run it again with the same command and another --out"
            )
    for method, case in itertools.product(first.methods, first.cases):
        without = [
            run.directory
            for run, snapshot in zip(runs, snapshots, strict=True)
            if case not in snapshot.methods[method].cases
        ]
        if without and len(without) < len(runs):
            raise InputError(f"{without[0]} has no {method} on {case}, which is in another run; finish it first")
    return mean_snapshot(snapshots)


def mean_snapshot(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Returns the single run, or the mean of every score of repeated runs, with the spread between the runs.

    A unit or score that is not ok in all of them counts as a failure: it cannot be relied on.

    Args:
        snapshots: Runs of the same methods, metrics and units.
    """
    first = snapshots[0]
    if len(snapshots) == 1:
        return first
    return replace(
        first,
        calibration=first.calibration if len({snapshot.calibration for snapshot in snapshots}) == 1 else "",
        methods={
            name: _combine_methods([snapshot.methods[name] for snapshot in snapshots], first.metrics)
            for name in first.methods
        },
        seeds=tuple(snapshot.seed for snapshot in snapshots),
    )


def _require_different(runs: Sequence[RunRecords]) -> None:
    for one, other in itertools.combinations(runs, 2):
        durations = [run.units["seconds"].dropna().tolist() for run in (one, other)]
        # Only copies have durations that are equal to the last bit.
        is_copy = bool(durations[0]) and durations[0] == durations[1]
        if is_copy or one.directory.resolve() == other.directory.resolve():
            raise InputError(
                f"{one.directory} and {other.directory} are the same run, which measures no repetition; "
                "run the command again with another --out"
            )


def _difference(there: Snapshot, here: Snapshot) -> str:
    if difference := there.protocol.difference(here.protocol):
        return difference
    for kind, before, now in (
        ("methods", there.methods, here.methods),
        ("metrics", there.metrics, here.metrics),
        ("cases", there.cases, here.cases),
    ):
        if before.keys() != now.keys():
            return f"{kind} {', '.join(sorted(before.keys() ^ now.keys()))} are in one of them only"
    for fact, one, other in (
        ("device", there.device, here.device),
        ("precision", there.precision, here.precision),
    ):
        if one != other:
            return f"{fact} {one} there, {other} here"
    for name, identity in there.metrics.items():
        if identity != here.metrics[name]:
            return f"metric {name} was measured differently"
    for name, method in there.methods.items():
        repeated = here.methods[name]
        if method.version != repeated.version:
            return f"version of {name} {method.version} there, {repeated.version} here"
        settings = describe_differences(name, method.settings, repeated.settings)
        if settings:
            return "; ".join(settings)
    return ""


def _combine_methods(repeats: Sequence[MethodResults], metrics: Iterable[str]) -> MethodResults:
    cases = {case: _combine([one.cases[case] for one in repeats]) for case in repeats[0].cases}
    means: dict[str, float] = {}
    for metric in metrics:
        scored = [case for case, result in cases.items() if metric in result.scores]
        if scored:
            means[metric] = _spread([fmean(one.cases[case].scores[metric] for case in scored) for one in repeats])
    sets = [metric for metric in repeats[0].set_scores if all(metric in one.set_scores for one in repeats)]
    return replace(
        repeats[0],
        cases=cases,
        set_scores={metric: _combine_sets([one.set_scores[metric] for one in repeats]) for metric in sets},
        mean_spreads={metric: spread for metric, spread in means.items() if spread},
    )


def _combine(repeats: Sequence[CaseResult]) -> CaseResult:
    ended = [one for one in repeats if one.status is not UnitStatus.OK]
    if ended:
        if all(one.status is UnitStatus.SKIPPED for one in repeats):
            return repeats[0]
        return CaseResult(UnitStatus.FAILED, error=f"{ended[0].status} {_share(ended, repeats)}: {ended[0].error}")
    scores, spreads, failed = {}, {}, {}
    for metric in dict.fromkeys(name for one in repeats for name in (*one.scores, *one.failed_scores)):
        values = [one.scores[metric] for one in repeats if metric in one.scores]
        if len(values) < len(repeats):
            without = [one for one in repeats if metric not in one.scores]
            failed[metric] = (
                f"no score {_share(without, repeats)}: {without[0].failed_scores.get(metric, 'not a number')}"
            )
            continue
        scores[metric] = _mean(values)
        if spread := _spread(values):
            spreads[metric] = spread
    runtimes = [one.runtime for one in repeats if one.runtime is not None and not one.disturbed]
    if not runtimes:
        runtimes = [one.runtime for one in repeats if one.runtime is not None]
    return CaseResult(
        status=UnitStatus.OK,
        runtime=_mean(runtimes) if runtimes else None,
        scores=scores,
        failed_scores=failed,
        spreads=spreads,
        disturbed=all(one.disturbed for one in repeats),
    )


def _combine_sets(repeats: Sequence[SetResult]) -> SetResult:
    values = [one.value for one in repeats if one.value is not None]
    warning = next((one.warning for one in repeats if one.warning), "")
    if len({one.counts for one in repeats}) > 1:
        warning = "the repeated runs have it from different numbers of images"
    if len(values) < len(repeats):
        return replace(repeats[0], value=None, warning=warning or "a repeated run has no number")
    return replace(repeats[0], value=_mean(values), warning=warning, spread=_spread(values))


def _share(some: Sequence[object], repeats: Sequence[object]) -> str:
    return f"in {len(some)} of {format_count(len(repeats), 'run')}"


def _mean(values: Sequence[float]) -> float:
    # The mean of equal values is that value, without rounding.
    return values[0] if len(set(values)) == 1 else fmean(values)


def _spread(values: Sequence[float]) -> float:
    if len(set(values)) == 1:
        return 0.0
    mean = fmean(values)
    return math.hypot(*(value - mean for value in values)) / math.sqrt(len(values) - 1)
