"""Scores methods with set metrics: each image is described when it is there, the sets are compared last."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Container, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from benchmark.contracts import Need, SetMetric, SetMetricInfo
from benchmark.errors import log_error
from benchmark.execution.bench.inputs import CaseInputs
from benchmark.execution.bench.lent_images import LentImages
from benchmark.execution.bench.outputs import checked_description, checked_set_score, require_range
from benchmark.execution.bench.prepared_plugins import PreparedMetrics
from benchmark.execution.bench.step import Step
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMetric
from benchmark.plan.unit import Unit
from benchmark.store.records import TOO_FEW, SetScore


class SetScorer:
    """Scores methods with set metrics.

    Args:
        metrics: The metrics; those that are unavailable, or score case by case, are left out.
        models: The networks.
        inputs: The images of the cases.
        read: Reads a finished image by its path, for those that were not made here.
        on_step: Called before each metric begins to work.
    """

    def __init__(
        self,
        metrics: Sequence[SelectedMetric],
        models: Models,
        inputs: CaseInputs,
        read: Callable[[str], Tensor],
        on_step: Callable[[Step], None],
    ) -> None:
        self._selected = {metric.name: metric for metric in metrics if metric.is_set_metric and not metric.unavailable}
        self._models = models
        self._metrics = PreparedMetrics(models, on_step)
        self._inputs = inputs
        self._read = read
        self._stylized: dict[tuple[str, tuple[str, str]], Tensor] = {}
        self._styles: dict[tuple[str, str], Tensor] = {}

    def observe(self, unit: Unit, *, stylized: Tensor, content: Tensor, excluded: Container[str] = frozenset()) -> None:
        """Describes a stylized image while the features that other metrics computed of it are still remembered.

        A description that fails here is tried again, and the failure reported, when the method is scored.

        Args:
            unit: The unit that made it.
            stylized: 3×H×W in [0, 1].
            content: 3×H×W in [0, 1].
            excluded: Metrics that are not to describe it.
        """
        for selected in self._selected.values():
            if selected.name not in excluded:
                with contextlib.suppress(Exception, SystemExit):
                    self._description(selected, unit, stylized, content)

    def score(self, metric: str, units: Sequence[Unit], nothing: SetScore) -> SetScore:
        """Scores a method with a metric.

        Args:
            metric: Name of the metric.
            units: The units whose images count.
            nothing: The score without a number, which counts its images.
        """
        selected = self._selected[metric]
        if not units:
            return nothing
        try:
            with torch.no_grad():
                value = self._value(selected, units)
        except (Exception, SystemExit) as error:
            return replace(nothing, warning=log_error(error), failed=True)
        if math.isnan(value):
            return replace(nothing, warning=f"{_from(nothing)}: {TOO_FEW}")
        return replace(nothing, value=value, warning=_warning(selected, nothing))

    def _value(self, selected: SelectedMetric, units: Sequence[Unit]) -> float:
        metric: SetMetric = self._metrics.get(selected)
        stylized = torch.stack([self._description(selected, unit) for unit in units])
        style = torch.zeros(0, 0)
        if Need.STYLE_IMAGE in metric.info.needs:
            style = torch.stack(list(self._style_descriptions(selected, units).values()))
        value = checked_set_score(metric.score(stylized=stylized, style=style))
        require_range(torch.tensor([value], dtype=torch.float64), metric.info)
        return value

    def _description(
        self, selected: SelectedMetric, unit: Unit, stylized: Tensor | None = None, content: Tensor | None = None
    ) -> Tensor:
        key = (selected.name, unit.key)
        if key not in self._stylized:
            metric: SetMetric = self._metrics.get(selected)
            if stylized is None:
                stylized = self._read(unit.image)
            if content is None:
                content = self._inputs.content(unit.case)
            contents = [content] if Need.CONTENT in metric.info.needs else None
            with torch.no_grad(), LentImages(self._models, stylized=[stylized], content=contents or ()).lend():
                described = metric.describe(stylized=[stylized], content=contents)
            self._stylized[key] = checked_description(described, 1)[0]
        return self._stylized[key]

    def _style_descriptions(self, selected: SelectedMetric, units: Sequence[Unit]) -> dict[str, Tensor]:
        metric: SetMetric = self._metrics.get(selected)
        found: dict[str, Tensor] = {}
        for unit in units:
            for weighted, image in zip(unit.case.styles, self._inputs.style_images(unit.case), strict=True):
                key = (selected.name, weighted.style.id)
                if image is not None and key not in self._styles:
                    with LentImages(self._models, style=[image]).lend():
                        described = metric.describe_style(style=[image])
                    self._styles[key] = checked_description(described, 1)[0]
                if image is not None:
                    found[weighted.style.id] = self._styles[key]
        return found


def _warning(selected: SelectedMetric, score: SetScore) -> str:
    info = selected.info
    if not isinstance(info, SetMetricInfo):
        return ""
    smallest = min(score.n, score.styles) if Need.STYLE_IMAGE in info.needs else score.n
    if smallest >= info.sample_size:
        return ""
    return f"{_from(score)}: with fewer than {info.sample_size:,} of either it says little about a method"


def _from(score: SetScore) -> str:
    return f"from {score.n:,} stylized and {score.styles:,} style images"
