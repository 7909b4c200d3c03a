"""Snapshots: the scores of a run, reduced to those that a later run is compared with."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmark.analysis.comparability import MetricIdentity, ProtocolIdentity, identify_metrics
from benchmark.contracts.precision import Precision
from benchmark.method_source import is_measured
from benchmark.store.records import RunRecords, UnitStatus

RUNTIME = "runtime"
"""Name of the duration of a unit, in multiples of the calibration workload of the same run."""


@dataclass(frozen=True)
class CaseFactors:
    """The content and the style, or mix of styles, of a case."""

    content: str
    style: str


@dataclass(frozen=True)
class CaseResult:
    """The result of a unit.

    Attributes:
        status: Status of the unit.
        error: Reason of a failure or a skip.
        runtime: Its duration in multiples of the calibration workload.
        scores: Its score by metric; of repeated runs the mean.
        failed_scores: Reason by metric that could not score.
        spreads: Standard deviation over repeated runs by metric, of those whose scores differ.
        disturbed: Whether other processes disturbed the duration, so that it is not reliable.
    """

    status: UnitStatus
    error: str = ""
    runtime: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    failed_scores: Mapping[str, str] = field(default_factory=dict)
    spreads: Mapping[str, float] = field(default_factory=dict)
    disturbed: bool = False

    def __post_init__(self) -> None:
        _require_numbers(*self.scores.values(), self.runtime)
        _require_spreads(self.spreads, self.scores)


@dataclass(frozen=True)
class SetResult:
    """What a set metric says of all stylized images of a method.

    Attributes:
        value: The number, or ``None`` if there is none; of repeated runs the mean.
        images: Number of stylized images.
        contents: Number of different contents among them.
        styles: Number of different style images that they were compared with.
        warning: Reason why the number is not reliable, or why there is none; else empty.
        spread: Standard deviation over repeated runs.
    """

    value: float | None
    images: int
    contents: int
    styles: int
    warning: str = ""
    spread: float = 0.0

    def __post_init__(self) -> None:
        _require_numbers(self.value)
        _require_spreads({"spread": self.spread}, {"spread"})

    @property
    def counts(self) -> str:
        """The numbers of images that it was computed from, in words."""
        return f"{self.images:,} stylized and {self.styles:,} style images"


@dataclass(frozen=True)
class MethodResults:
    """A method as it took part.

    Attributes:
        version: Its version.
        settings: Its settings.
        cases: Its finished units by case.
        set_scores: By set metric, the one number for all its images.
        mean_spreads: By metric, the standard deviation of its mean over repeated runs, where that is not zero.
    """

    version: str
    settings: Mapping[str, Any]
    cases: Mapping[str, CaseResult]
    set_scores: Mapping[str, SetResult] = field(default_factory=dict)
    mean_spreads: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require_spreads(self.mean_spreads, self.mean_spreads)

    @property
    def repeats_exactly(self) -> bool:
        """Whether repeated runs differed in no score."""
        of_sets = any(result.spread for result in self.set_scores.values())
        return not (of_sets or any(result.spreads for result in self.cases.values()))

    @property
    def has_scores(self) -> bool:
        """Whether there is any score, of a case or of a set metric."""
        of_cases = any(result.scores for result in self.cases.values())
        return of_cases or any(result.value is not None for result in self.set_scores.values())


@dataclass(frozen=True)
class Snapshot:
    """The scores of a run, or of several runs of the same code.

    Attributes:
        protocol: The protocol.
        seed: Seed of the run, or of the first.
        device: Device of the run.
        calibration: Version of the calibration workload, or empty where it was not measured.
        metrics: Its metrics by name.
        cases: Its cases by name.
        methods: Its methods by name, controls included.
        seeds: Seed of each run; empty where an earlier version did not record them.
        unavailable: Reasons why metrics that it was to compute are unavailable, by their names.
        calibration_disturbed: Whether other processes disturbed the calibration.
        precision: Precision that methods computed in, as far as they could.
    """

    protocol: ProtocolIdentity
    seed: int
    device: str
    calibration: str
    metrics: Mapping[str, MetricIdentity]
    cases: Mapping[str, CaseFactors]
    methods: Mapping[str, MethodResults]
    seeds: tuple[int, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    calibration_disturbed: bool = False
    precision: str = Precision.FLOAT32

    def __post_init__(self) -> None:
        for name, method in self.methods.items():
            for metric in (*method.set_scores, *method.mean_spreads):
                self._require_metric(name, metric)
            for case, result in method.cases.items():
                if case not in self.cases:
                    raise ValueError(f"method {name} has a case {case!r} that cases does not list")
                for metric in (*result.scores, *result.failed_scores):
                    self._require_metric(name, metric)

    @property
    def repeats(self) -> int:
        """Number of runs that it combines."""
        return max(1, len(self.seeds))

    def unknown_noise(self, now: Snapshot) -> str:
        """Says why the noise of another run is unknown, or returns an empty string where repeated runs measured it.

        Args:
            now: The other run.
        """
        if not self.seeds:
            return "an earlier version wrote the baseline, which did not measure it"
        if self.repeats == 1:
            return "there is one run to compare with"
        if self.device != now.device:
            return f"it was measured on {self.device}"
        if self.precision != now.precision:
            return f"it was measured in {self.precision}"
        if len(set(self.seeds)) == 1 and now.seed not in self.seeds:
            return f"it was measured with seed {self.seed} only"
        return ""

    def _require_metric(self, method: str, metric: str) -> None:
        if metric not in self.metrics:
            raise ValueError(f"method {method} has a score {metric!r} that metrics does not list")


def _require_numbers(*numbers: float | None) -> None:
    if not all(math.isfinite(number or 0.0) for number in numbers):
        raise ValueError("a number is not finite")


def _require_spreads(spreads: Mapping[str, float], scores: Container[str]) -> None:
    for metric, spread in spreads.items():
        if not 0 <= spread < math.inf or metric not in scores:
            raise ValueError(f"the spread of {metric!r} is not that of a score")


def take_snapshot(run: RunRecords) -> Snapshot:
    """Reduces a run to its scores.

    Components of metrics and memory are left out.

    Args:
        run: The run.
    """
    set_scores: dict[str, dict[str, SetResult]] = {}
    for row in run.summary:
        if row.images_sha256:
            result = SetResult(row.mean, row.n, row.contents, row.styles, row.warning)
            set_scores.setdefault(row.metric, {})[row.method] = result
    metrics = {
        name: identity for name, identity in identify_metrics(run).items() if name in run.units or name in set_scores
    }
    case_metrics = [name for name in metrics if name in run.units]
    failed: dict[tuple[str, str], dict[str, str]] = {}
    for error in run.score_errors:
        if error.metric in metrics:
            failed.setdefault((error.method, error.case), {})[error.metric] = error.reason
    units = {(unit["method"], unit["case"]): unit for unit in run.units.to_dict("records")}
    measured = {method.name for method in run.methods if is_measured(method.timing)}
    return Snapshot(
        protocol=ProtocolIdentity(*(str(run.protocol[key]) for key in ("name", "version", "fingerprint"))),
        seed=run.provenance["seed"],
        device=run.provenance["device"],
        precision=run.provenance.get("precision", Precision.FLOAT32),
        calibration=run.calibration.version if run.calibration else "",
        calibration_disturbed=bool(run.calibration and run.calibration.disturbed),
        metrics=metrics,
        cases={case.id: CaseFactors(case.content, case.style) for case in run.cases},
        methods={
            method.name: MethodResults(
                version=method.version,
                settings=method.settings,
                cases={
                    case.id: _result(
                        unit, case_metrics, failed.get((method.name, case.id), {}), run, method.name in measured
                    )
                    for case in run.cases
                    if (unit := units.get((method.name, case.id))) is not None
                },
                set_scores={
                    metric: results[method.name]
                    for metric, results in set_scores.items()
                    if metric in metrics and method.name in results
                },
            )
            for method in run.methods
        },
        seeds=(run.provenance["seed"],),
        unavailable={metric.name: metric.unavailable for metric in run.metrics if metric.unavailable},
    )


def lacking_metrics(run: RunRecords) -> dict[str, str]:
    """Returns the reasons why metrics of a run are not in its snapshot, or not for all methods, by their names.

    Args:
        run: The run.
    """
    scored = {(row.metric, row.method) for row in run.summary if row.images_sha256}
    stopped = "not computed before the run stopped; the command that started it, without --fresh, goes on"
    reasons: dict[str, str] = {}
    for metric in run.metrics:
        lacking = [method.name for method in run.methods if (metric.name, method.name) not in scored]
        if metric.unavailable:
            reasons[metric.name] = metric.unavailable
        elif metric.sample_size is not None and lacking:
            some = f" (of {', '.join(lacking)})" if len(lacking) < len(run.methods) else ""
            reasons[metric.name] = (run.summary_problem or stopped) + some
    return reasons


def _result(
    unit: Mapping[Any, Any], metrics: list[str], failed: dict[str, str], run: RunRecords, is_measured: bool
) -> CaseResult:
    status = UnitStatus(unit["status"])
    if status is not UnitStatus.OK:
        return CaseResult(status, error=unit["error"] or "")
    # A damaged journal may lack a duration, with which the comparison is false.
    has_runtime = run.calibration and is_measured and unit["seconds"] >= 0
    return CaseResult(
        status=status,
        runtime=unit["seconds"] / run.calibration.seconds if run.calibration and has_runtime else None,
        scores={metric: unit[metric] for metric in metrics if math.isfinite(unit[metric])},
        failed_scores=failed,
        disturbed=is_disturbed(unit),
    )


def is_disturbed(unit: Mapping[Any, Any]) -> bool:
    """Returns whether other processes are recorded to have disturbed the duration of a unit.

    Args:
        unit: The unit, a row of the results.
    """
    # An unknown value is None or NaN, and NaN would count as true.
    return unit.get("disturbed") in (True, 1)
