"""Scores a stylized image with every metric that scores case by case."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor

from benchmark.contracts import Metric, Need
from benchmark.errors import log_error
from benchmark.execution.bench.lent_images import LentImages
from benchmark.execution.bench.outputs import checked_scores, require_range
from benchmark.execution.bench.prepared_plugins import PreparedMetrics
from benchmark.execution.bench.step import Action, Step, ignore_step
from benchmark.models.embedding import image_embedding, prompt_embedding
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.plan.configuration import SelectedMetric
from benchmark.plan.selection import missing_need
from benchmark.protocol.case import Case, Style
from benchmark.store.journal import SIMILARITIES


@dataclass(frozen=True)
class Scores:
    """The results of the metrics for one stylized image.

    Attributes:
        values: Number of each column that was computed; ``None`` where the metric does not apply to the case.
        errors: Reason for each metric that failed.
        similarities: Judge similarity to the prompt of every style of the protocol, by the style's name.
    """

    values: Mapping[str, float | None] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    similarities: Mapping[str, float] = field(default_factory=dict)


class Scorer:
    """Scores stylized images.

    Args:
        metrics: The metrics; those that are unavailable, and set metrics, are left out.
        styles: The styles of the protocol, for the similarity matrix, which is made where a metric asks the judge.
        models: The networks.
        on_step: Called before each metric scores.
    """

    def __init__(
        self,
        metrics: Sequence[SelectedMetric],
        styles: Sequence[Style],
        models: Models,
        on_step: Callable[[Step], None] = ignore_step,
    ) -> None:
        available = [metric for metric in metrics if not metric.unavailable]
        self._selected = [metric for metric in available if not metric.is_set_metric]
        is_judged = any(Role.CLIP_JUDGE in metric.info.backbones for metric in available if metric.info)
        self._prompts = {style.id: style.prompt for style in styles if style.prompt} if is_judged else {}
        self._models = models
        self._on_step = on_step
        self._metrics = PreparedMetrics(models, on_step)

    def score(
        self,
        case: Case,
        *,
        stylized: Tensor,
        content: Tensor | None,
        styles: Sequence[Tensor | None],
        excluded: Mapping[str, str] = MappingProxyType({}),
        known: Container[str] = frozenset(),
    ) -> Scores:
        """Scores one stylized image; with several styles, the mean by their weights.

        Args:
            case: The case.
            stylized: 3×H×W in [0, 1].
            content: 3×H×W in [0, 1], or ``None`` if no metric reads it.
            styles: The style images of the case.
            excluded: Metrics that are not to score, with the reason to give for each.
            known: Metrics whose scores of it are known, ``SIMILARITIES`` included; they do not score again.
        """
        values: dict[str, float | None] = {}
        errors: dict[str, str] = {}
        images = [image for image in styles if image is not None]
        contents = [] if content is None else [content]
        lent = LentImages(self._models, stylized=[stylized], content=contents, style=images)
        with torch.no_grad():
            for selected in self._selected:
                if selected.name in known:
                    continue
                if selected.name in excluded:
                    errors[selected.name] = excluded[selected.name]
                    continue
                try:
                    values.update(self._score(selected, case, stylized, contents, styles, lent))
                except (Exception, SystemExit) as error:
                    errors[selected.name] = log_error(error)
            similarities: Mapping[str, float] = {}
            if SIMILARITIES in excluded:
                errors[SIMILARITIES] = excluded[SIMILARITIES]
            elif SIMILARITIES not in known:
                try:
                    similarities = self._similarities(stylized)
                except Exception as error:
                    errors[SIMILARITIES] = log_error(error)
        return Scores(values, errors, similarities)

    def _score(
        self,
        selected: SelectedMetric,
        case: Case,
        stylized: Tensor,
        contents: Sequence[Tensor],
        styles: Sequence[Tensor | None],
        lent: LentImages,
    ) -> dict[str, float | None]:
        metric: Metric = self._metrics.get(selected)
        info = metric.info
        columns = [info.name, *(f"{info.name}.{component}" for component in info.components)]
        images = [image for image in styles if image is not None]
        prompts = [weighted.style.prompt for weighted in case.styles if weighted.style.prompt]
        if missing_need(info.needs, images=len(images) == len(styles), prompts=len(prompts) == len(case.styles)):
            return dict.fromkeys(columns)
        per_style = Need.STYLE_IMAGE in info.needs or Need.PROMPT in info.needs
        weights = [weighted.weight for weighted in case.styles] if per_style else [1.0]
        number = len(weights)
        with lent.lend():
            scores = metric.score(
                stylized=[stylized] * number,
                content=[*contents] * number if Need.CONTENT in info.needs else None,
                style=images if Need.STYLE_IMAGE in info.needs else None,
                prompt=prompts if Need.PROMPT in info.needs else None,
            )
        rows = checked_scores(scores, number, info)
        require_range(rows[:, 0], info)
        means = (rows * torch.tensor(weights, dtype=torch.float64)[:, None]).sum(dim=0) / sum(weights)
        return dict(zip(columns, means.tolist(), strict=True))

    def _similarities(self, stylized: Tensor) -> dict[str, float]:
        if not self._prompts:
            return {}
        self._on_step(Step(Action.SCORE, SIMILARITIES))
        image = image_embedding(self._models, Role.CLIP_JUDGE, stylized)
        if not bool(torch.isfinite(image).all()):
            raise ValueError("the judge's embedding of the image is NaN or infinite")
        return {
            style: float(image @ prompt_embedding(self._models, Role.CLIP_JUDGE, prompt))
            for style, prompt in self._prompts.items()
        }
