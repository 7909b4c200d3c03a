"""A metric under audit: one that scores case by case and a set metric answer the same questions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.contracts import Metric, MetricInfo, Need, SetMetric
from benchmark.execution.bench.outputs import checked_description, checked_scores

if TYPE_CHECKING:
    from benchmark.execution.bench.prepared_plugins import PreparedMetrics
    from benchmark.plan.configuration import SelectedMetric


@dataclass(frozen=True, eq=False)
class References:
    """The inputs that a picture is scored against.

    Attributes:
        content: 3×H×W in [0, 1].
        style: 3×H×W in [0, 1].
        prompt: The prompt, or ``None``.
        style_name: Name of the style.
    """

    content: Tensor
    style: Tensor
    prompt: str | None
    style_name: str

    def given(self, needs: Sequence[Need], count: int = 1) -> dict[str, Any]:
        """Returns the arguments of a metric, ``count`` times each."""
        values = {Need.CONTENT: self.content, Need.STYLE_IMAGE: self.style, Need.PROMPT: self.prompt}
        names = {Need.CONTENT: "content", Need.STYLE_IMAGE: "style", Need.PROMPT: "prompt"}
        return {name: [values[need]] * count for need, name in names.items() if need in needs}


@dataclass(frozen=True, eq=False)
class Reading:
    """A metric's result for one picture: its score, or the description from which a set is scored.

    Attributes:
        row: Score or description of the picture.
        style: Name of the style that it is compared with.
        style_row: Description of that style; empty where the metric reads no style image or scores case by case.
    """

    row: Tensor
    style: str
    style_row: Tensor


class Subject(ABC):
    """A metric that is audited.

    Args:
        selected: The metric, available.
        metrics: Makes and prepares the metric at its first use.
    """

    def __init__(self, selected: SelectedMetric, metrics: PreparedMetrics) -> None:
        assert selected.info is not None
        self.info: MetricInfo = selected.info
        self._selected = selected
        self._metrics = metrics

    @property
    @abstractmethod
    def is_set_metric(self) -> bool:
        """Whether it is a set metric, which gives all pictures one score together."""

    @abstractmethod
    def read(self, pictures: Sequence[Tensor], references: References) -> Reading:
        """Reads the last of some pictures, handed over as one batch.

        Args:
            pictures: RGB images of one size, 3×H×W in [0, 1].
            references: The inputs that each of them is compared with.

        Raises:
            Exception: Whatever the metric raises.
        """

    @abstractmethod
    def scores(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Computes the scores of readings: one each, or a single one for all of them.

        Raises:
            Exception: Whatever the metric raises.
        """


class CaseSubject(Subject):
    """A metric that scores case by case."""

    is_set_metric = False

    def read(self, pictures: Sequence[Tensor], references: References) -> Reading:
        """Scores the last picture; see ``Subject``."""
        metric: Metric = self._metrics.get(self._selected)
        scores = metric.score(stylized=pictures, **references.given(self.info.needs, len(pictures)))
        rows = checked_scores(scores, len(pictures), self.info)
        return Reading(rows[-1], references.style_name, torch.zeros(0))

    def scores(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Returns the score of each; see ``Subject``."""
        return np.array([float(reading.row[0]) for reading in readings])


class SetSubject(Subject):
    """A set metric."""

    is_set_metric = True

    def __init__(self, selected: SelectedMetric, metrics: PreparedMetrics) -> None:
        super().__init__(selected, metrics)
        self._style_rows: dict[tuple[str, torch.Size], Tensor] = {}

    def read(self, pictures: Sequence[Tensor], references: References) -> Reading:
        """Describes the last picture, and its style at its first occurrence; see ``Subject``."""
        metric: SetMetric = self._metrics.get(self._selected)
        contents = [need for need in self.info.needs if need is Need.CONTENT]
        described = metric.describe(stylized=pictures, **references.given(contents, len(pictures)))
        row = checked_description(described, len(pictures))[-1]
        if Need.STYLE_IMAGE not in self.info.needs:
            return Reading(row, references.style_name, torch.zeros(0))
        key = (references.style_name, references.style.shape)
        if key not in self._style_rows:
            described = metric.describe_style(style=[references.style])
            self._style_rows[key] = checked_description(described, 1)[0]
        return Reading(row, references.style_name, self._style_rows[key])

    def scores(self, readings: Sequence[Reading]) -> NDArray[np.float64]:
        """Computes one score for all; see ``Subject``."""
        metric: SetMetric = self._metrics.get(self._selected)
        rows: Mapping[str, Tensor] = {reading.style: reading.style_row for reading in readings}
        reads_styles = Need.STYLE_IMAGE in self.info.needs
        style = torch.stack(list(rows.values())) if reads_styles else torch.zeros(0, 0)
        with torch.no_grad():
            score = metric.score(stylized=torch.stack([reading.row for reading in readings]), style=style)
        return np.array([float(score)])
