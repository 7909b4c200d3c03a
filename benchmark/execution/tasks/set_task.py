"""The task of scoring a method with one set metric."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from benchmark.contracts import Need
from benchmark.execution.bench.step import Action, Step, WorkerFailure
from benchmark.execution.bench.workbench import Workbench
from benchmark.execution.tasks.task import Result, TaskFiles
from benchmark.plan.plan import ChosenUnits, Plan
from benchmark.plan.selection import missing_need
from benchmark.plan.unit import Unit
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import MetricRecord, SetScore, UnitStatus


@dataclass(frozen=True)
class SetTask:
    """One method and one set metric.

    Attributes:
        method: Name of the method.
        metric: Name of the metric.
        units: The units whose images count.
        images_sha256: Hash over those images and their cases: a score of the same images holds.
        is_retry: Whether a worker with this task was lost for a reason that may lie elsewhere.
    """

    method: str
    metric: str
    units: Sequence[Unit]
    images_sha256: str
    is_retry: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Method, metric and images, which identify its score."""
        return self.method, self.metric, self.images_sha256

    @property
    def title(self) -> str:
        """Name of the metric."""
        return self.metric

    @property
    def files(self) -> TaskFiles:
        """The images of its cases, and the stylized images."""
        inputs = dict.fromkeys(file for unit in self.units for file in unit.case.files)
        return TaskFiles(tuple(inputs), tuple(unit.image for unit in self.units))

    @property
    def nothing(self) -> SetScore:
        """The score without a number, which counts its images."""
        styles = {share.style.id for unit in self.units for share in unit.case.styles if share.style.image}
        contents = {unit.case.content.id for unit in self.units}
        return SetScore(self.method, self.metric, None, len(self.units), len(contents), len(styles), self.images_sha256)

    def execute(self, workbench: Workbench) -> SetScore:
        """Scores."""
        return workbench.set_scorer.score(self.metric, self.units, self.nothing)

    def after(self, failure: WorkerFailure) -> Self | Result[SetScore]:
        """Another try where something else may be to blame, or a failure."""
        if failure.is_foreign and not self.is_retry:
            return replace(self, is_retry=True)
        return Result(replace(self.nothing, warning=failure.reason, failed=True))

    def excluding(self, unusable: Mapping[Step, str]) -> Self | Result[SetScore]:
        """A failure if the metric cannot be prepared."""
        reason = unusable.get(Step(Action.PREPARE_METRIC, self.metric))
        return Result(replace(self.nothing, warning=reason, failed=True)) if reason else self


def plan_sets(metrics: Sequence[MetricRecord], index: JournalIndex[Plan]) -> list[SetTask]:
    """The tasks of every method with every set metric.

    Args:
        metrics: The metrics; those that are unavailable, or score case by case, are left out.
        index: Index of the journal with the ended units.
    """
    selected = [metric for metric in metrics if metric.is_set_metric and not metric.unavailable]
    if not selected:
        return []
    plan = index.plan
    images: dict[str, dict[int, str]] = {method: {} for method in plan.methods}
    for position, record in index.records(UnitStatus.OK):
        images[record.method][position] = record.image_sha256
    return [_plan_set(metric, method, plan, made) for method, made in images.items() for metric in selected]


def _plan_set(metric: MetricRecord, method: str, plan: Plan, made: Mapping[int, str]) -> SetTask:
    positions = [position for position in made if _applies(metric, plan[position])]
    images = hashlib.sha256()
    for position in positions:
        images.update(f"{plan[position].case.id}\x1f{made[position]}\n".encode())
    return SetTask(method, metric.name, ChosenUnits(plan, np.array(positions, dtype=np.int64)), images.hexdigest())


def _applies(metric: MetricRecord, unit: Unit) -> bool:
    needs = [need for need in Need if need in metric.needs]
    return not missing_need(
        needs, images=all(weighted.style.image is not None for weighted in unit.case.styles), prompts=True
    )
