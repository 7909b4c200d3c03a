"""Checks of the promises that every metric makes."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from benchmark.contracts import Metric, MetricInfo, Need
from benchmark.testing.any_metric_conformance import AnyMetricConformance

_ROUNDING = 1e-4


class MetricConformance(AnyMetricConformance[Metric]):
    """Checks of a metric.

    Attributes:
        plugin: The metric's class.
        settings: Settings to check with, for instance fewer crops; ``None`` for the defaults.
        side: Side of the pictures to check with, in pixels; raised to ``info.minimum_side`` where that is larger.
    """

    plugin: ClassVar[type[Metric]]

    def score(self, metric: Metric, stylized: Sequence[Tensor], indices: Sequence[int]) -> Tensor:
        """Scores images against the sample content, style and prompt of the given numbers."""
        with torch.no_grad():
            return metric.score(stylized=stylized, **self._references(indices))

    def _references(
        self, indices: Sequence[int], height: int | None = None, width: int | None = None
    ) -> dict[str, Any]:
        needs = self.plugin.info.needs
        return {
            "content": [self._image(100 + k, height, width) for k in indices] if Need.CONTENT in needs else None,
            "style": [self._image(200 + k, height, width) for k in indices] if Need.STYLE_IMAGE in needs else None,
            "prompt": [f"an oil painting, version {k}" for k in indices] if Need.PROMPT in needs else None,
        }

    def test_states_its_facts(self) -> None:
        super().test_states_its_facts()
        info = self.plugin.info
        assert isinstance(info, MetricInfo)
        assert len(set(info.components)) == len(info.components)

    def test_takes_images_by_keyword_only(self) -> None:
        parameters = list(inspect.signature(self.plugin.score).parameters.values())[1:]
        assert [parameter.name for parameter in parameters] == ["stylized", "content", "style", "prompt"]
        assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)

    def test_gives_one_finite_number_per_image_within_its_range(self) -> None:
        info = self.plugin.info
        metric = self.prepared()
        scores = self.score(metric, [self._image(k) for k in range(3)], range(3))
        expected = (3, 1 + len(info.components)) if info.components else (3,)
        assert tuple(scores.shape) == expected
        assert bool(torch.isfinite(scores).all())
        totals = scores.reshape(3, -1)[:, 0]
        assert info.minimum is None or float(totals.min()) >= info.minimum - _ROUNDING
        assert info.maximum is None or float(totals.max()) <= info.maximum + _ROUNDING

    def test_scores_a_batch_as_it_scores_singly(self) -> None:
        metric = self.prepared()
        images = [self._image(k) for k in range(3)]
        together = self.score(metric, images, range(3)).reshape(3, -1)
        singly = torch.cat([self.score(metric, [images[k]], [k]).reshape(1, -1) for k in range(3)])
        assert torch.allclose(together, singly, rtol=1e-3, atol=1e-5)

    def test_leaves_its_inputs_unchanged(self) -> None:
        metric = self.prepared()
        stylized, references = [self._image(0)], self._references([0])
        given = [*stylized, *(references["content"] or ()), *(references["style"] or ())]
        before = [image.clone() for image in given]
        with torch.no_grad():
            metric.score(stylized=stylized, **references)
        assert all(map(torch.equal, given, before))

    def test_scores_images_of_the_smallest_side_that_it_states(self) -> None:
        smallest = self.plugin.info.minimum_side
        metric = self.prepared()
        for height, width in ((smallest, smallest), (smallest, smallest + 9)) if smallest > 1 else ():
            with torch.no_grad():
                scores = metric.score(stylized=[self._image(0, height, width)], **self._references([0], height, width))
            assert bool(torch.isfinite(scores).all()), f"no finite score at {height}×{width}, which info allows"

    def test_refuses_smaller_images_and_says_what_it_needs(self) -> None:
        smallest = self.plugin.info.minimum_side
        metric = self.prepared()
        for height, width in ((smallest - 1, smallest + 9), (smallest + 9, smallest - 1)) if smallest > 1 else ():
            with torch.no_grad(), pytest.raises(ValueError, match=rf"\b{smallest}\b"):
                metric.score(stylized=[self._image(0, height, width)], **self._references([0], height, width))

    def test_repeats_itself(self) -> None:
        image = self._image(0)
        first, second = (self.score(self.prepared(), [image.clone()], [0]) for _ in range(2))
        assert torch.equal(first, second)
