"""Scores all stylized images of a method at once: each is described when it is there, the sets are compared last."""

from __future__ import annotations

import contextlib
import hashlib
import math
import sys
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from benchmark.contracts import Need, SetMetric, SetMetricInfo
from benchmark.errors import describe_error
from benchmark.execution.inputs import CaseInputs
from benchmark.execution.prepared_metrics import PreparedMetrics
from benchmark.images import open_image, to_tensor
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMetric
from benchmark.plan.selection import missing_need
from benchmark.plan.unit import Unit
from benchmark.store.journal import UnitRecord
from benchmark.store.records import SetScore, UnitStatus
from benchmark.store.run_directory import RunDirectory


class SetScorer:
    """Scores methods with the metrics that read all their images.

    Args:
        metrics: The metrics; those that are unavailable, or score case by case, are left out.
        models: The networks.
        inputs: The images of the cases.
        directory: The folder of the run, for the images that an earlier start made.
    """

    def __init__(
        self, metrics: Sequence[SelectedMetric], models: Models, inputs: CaseInputs, directory: RunDirectory
    ) -> None:
        self._selected = [metric for metric in metrics if metric.scores_sets and not metric.unavailable]
        self._metrics = PreparedMetrics(models)
        self._device = models.device
        self._inputs = inputs
        self._directory = directory
        self._stylized: dict[tuple[str, tuple[str, str]], Tensor] = {}
        self._styles: dict[tuple[str, str], Tensor] = {}

    def observe(self, unit: Unit, *, stylized: Tensor, content: Tensor) -> None:
        """Describes a stylized image while what the other metrics computed of it is still remembered.

        What fails here is tried again, and reported, when the method is scored.

        Args:
            unit: The unit that made it.
            stylized: 3×H×W in [0, 1].
            content: 3×H×W in [0, 1].
        """
        for selected in self._selected:
            with contextlib.suppress(Exception, SystemExit):
                self._description(selected, unit, stylized, content)

    def score(
        self, units: Sequence[Unit], records: Mapping[tuple[str, str], UnitRecord], earlier: Sequence[SetScore] = ()
    ) -> list[SetScore]:
        """Scores every method with every metric.

        Args:
            units: The units of the plan.
            records: How they ended.
            earlier: Scores that an earlier start made; those whose images are the same are taken over.
        """
        known = {(score.method, score.metric, score.images_sha256): score for score in earlier}
        methods = dict.fromkeys(unit.method for unit in units)
        scores = []
        for method in methods:
            done = [
                unit
                for unit in units
                if unit.method == method
                and (record := records.get(unit.key)) is not None
                and record.status is UnitStatus.OK
            ]
            for selected in self._selected:
                members = [unit for unit in done if _applies(selected, unit)]
                images = hashlib.sha256()
                for unit in members:
                    images.update(f"{unit.case.id}\x1f{records[unit.key].image_sha256}\n".encode())
                found = known.get((method, selected.name, images.hexdigest()))
                scores.append(found or self._score(selected, method, members, images.hexdigest()))
        return scores

    def _score(self, selected: SelectedMetric, method: str, units: Sequence[Unit], images: str) -> SetScore:
        styles = {weighted.style.id: None for unit in units for weighted in unit.case.styles if weighted.style.image}
        counts = (len(units), len({unit.case.content.id for unit in units}), len(styles))
        if not units:
            return SetScore(method, selected.name, None, *counts, images)
        try:
            with torch.no_grad(), contextlib.redirect_stdout(sys.stderr):
                value = self._value(selected, units)
        except (Exception, SystemExit) as error:
            return SetScore(method, selected.name, None, *counts, images, describe_error(error), failed=True)
        if math.isnan(value):
            return SetScore(method, selected.name, None, *counts, images, f"{_from(counts)}: too few for a number")
        return SetScore(method, selected.name, value, *counts, images, _warning(selected, counts))

    def _value(self, selected: SelectedMetric, units: Sequence[Unit]) -> float:
        metric: SetMetric = self._metrics.get(selected)
        stylized = torch.stack([self._description(selected, unit) for unit in units])
        style = torch.zeros(0, 0)
        if Need.STYLE_IMAGE in metric.info.needs:
            style = torch.stack(list(self._style_descriptions(selected, units).values()))
        value = float(metric.score(stylized=stylized, style=style))
        if math.isinf(value):
            raise ValueError("returned a score that is infinite")
        return value

    def _description(
        self, selected: SelectedMetric, unit: Unit, stylized: Tensor | None = None, content: Tensor | None = None
    ) -> Tensor:
        key = (selected.name, unit.key)
        if key not in self._stylized:
            metric: SetMetric = self._metrics.get(selected)
            if stylized is None:
                stylized = to_tensor(open_image(self._directory.path / unit.image)).to(self._device)
            if content is None:
                content = self._inputs.content(unit.case)
            contents = [content] if Need.CONTENT in metric.info.needs else None
            with torch.no_grad(), contextlib.redirect_stdout(sys.stderr):
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
                    self._styles[key] = checked_description(metric.describe_style(style=[image]), 1)[0]
                if image is not None:
                    found[weighted.style.id] = self._styles[key]
        return found


def _applies(selected: SelectedMetric, unit: Unit) -> bool:
    needs = selected.info.needs if selected.info else ()
    return not missing_need(
        needs, images=all(weighted.style.image is not None for weighted in unit.case.styles), prompts=True
    )


def checked_description(described: Tensor, number: int) -> Tensor:
    """Checks how a metric described images.

    Args:
        described: What it returned.
        number: How many images it was given.

    Returns:
        N×D numbers on the CPU.

    Raises:
        ValueError: There is not one row for each image, or some numbers are NaN or infinite.
    """
    if described.ndim != 2 or len(described) != number:
        raise ValueError(f"described {number} images by {tuple(described.shape)} numbers, expected a row for each")
    if not bool(torch.isfinite(described).all()):
        raise ValueError("described an image by numbers that are NaN or infinite")
    return described.detach().cpu().clone()


def _warning(selected: SelectedMetric, counts: tuple[int, int, int]) -> str:
    images, _, styles = counts
    info = selected.info
    if not isinstance(info, SetMetricInfo):
        return ""
    smallest = min(images, styles) if Need.STYLE_IMAGE in info.needs else images
    if smallest >= info.sample_size:
        return ""
    return f"{_from(counts)}: with fewer than {info.sample_size:,} of either it says little about a method"


def _from(counts: tuple[int, int, int]) -> str:
    images, _, styles = counts
    return f"from {images:,} stylized and {styles:,} style images"
