"""What every set metric promises."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from typing import ClassVar

import pytest
import torch
from torch import Tensor

from benchmark.contracts import Need, SetMetric, SetMetricInfo
from benchmark.testing.any_metric_conformance import AnyMetricConformance

_ROUNDING = 1e-4


class SetMetricConformance(AnyMetricConformance[SetMetric]):
    """Checks of a set metric.

    Attributes:
        plugin: The metric's class.
        side: Side of the pictures to check with, in pixels; raised to ``info.minimum_side`` where that is larger.
    """

    plugin: ClassVar[type[SetMetric]]

    def describe(self, metric: SetMetric, stylized: Sequence[Tensor], indices: Sequence[int]) -> Tensor:
        """Describes images that were made of the sample contents of the given numbers."""
        with torch.no_grad():
            return metric.describe(stylized=stylized, content=self._contents(indices))

    def describe_style(self, metric: SetMetric, indices: Sequence[int]) -> Tensor:
        """Describes the sample styles of the given numbers, as far as the metric reads them."""
        if Need.STYLE_IMAGE not in self.plugin.info.needs:
            return torch.zeros(0, 0)
        with torch.no_grad():
            return metric.describe_style(style=self._styles(indices))

    def _contents(self, indices: Sequence[int]) -> list[Tensor] | None:
        return [self._image(100 + k) for k in indices] if Need.CONTENT in self.plugin.info.needs else None

    def _styles(self, indices: Sequence[int]) -> list[Tensor]:
        return [self._image(200 + k) for k in indices]

    def _score(self, metric: SetMetric, stylized: Tensor, style: Tensor) -> float:
        return float(metric.score(stylized=stylized, style=style))

    def test_states_its_facts(self) -> None:
        super().test_states_its_facts()
        info = self.plugin.info
        assert isinstance(info, SetMetricInfo)
        assert info.sample_size >= 1
        assert not info.components, "a set metric has no components"
        assert Need.PROMPT not in info.needs, "a set metric reads no prompt"

    def test_takes_images_by_keyword_only(self) -> None:
        for function, names in (
            (self.plugin.describe, ["stylized", "content"]),
            (self.plugin.describe_style, ["style"]),
            (self.plugin.score, ["stylized", "style"]),
        ):
            parameters = list(inspect.signature(function).parameters.values())[1:]
            assert [parameter.name for parameter in parameters] == names
            assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)

    def test_describes_a_batch_as_it_describes_singly(self) -> None:
        metric = self.prepared()
        images = [self._image(k) for k in range(3)]
        together = self.describe(metric, images, range(3))
        singly = torch.cat([self.describe(metric, [images[k].clone()], [k]) for k in range(3)])
        assert together.ndim == 2
        assert torch.allclose(together, singly, rtol=1e-3, atol=1e-5)

    def test_gives_one_number_within_its_range(self) -> None:
        info = self.plugin.info
        metric = self.prepared()
        stylized = self.describe(metric, [self._image(k) for k in range(5)], range(5))
        score = self._score(metric, stylized, self.describe_style(metric, range(4)))
        assert math.isfinite(score)
        assert info.minimum is None or score >= info.minimum - _ROUNDING
        assert info.maximum is None or score <= info.maximum + _ROUNDING

    def test_gives_a_number_or_nan_for_a_single_image(self) -> None:
        metric = self.prepared()
        stylized = self.describe(metric, [self._image(0)], [0])
        assert not math.isinf(self._score(metric, stylized, self.describe_style(metric, [0])))

    def test_describes_images_of_the_smallest_side_that_it_states(self) -> None:
        smallest = self.plugin.info.minimum_side
        metric = self.prepared()
        for height, width in ((smallest, smallest), (smallest, smallest + 9)) if smallest > 1 else ():
            assert all(bool(torch.isfinite(rows).all()) for rows in self._describe_at(metric, height, width))

    def test_refuses_smaller_images_and_says_what_it_needs(self) -> None:
        smallest = self.plugin.info.minimum_side
        metric = self.prepared()
        for height, width in ((smallest - 1, smallest + 9), (smallest + 9, smallest - 1)) if smallest > 1 else ():
            with pytest.raises(ValueError, match=rf"\b{smallest}\b"):
                self._describe_at(metric, height, width)

    def _describe_at(self, metric: SetMetric, height: int, width: int) -> list[Tensor]:
        """Describes a stylized image of a size, and a style image of it where the metric reads one."""
        needs = self.plugin.info.needs
        content = [self._image(100, height, width)] if Need.CONTENT in needs else None
        with torch.no_grad():
            described = [metric.describe(stylized=[self._image(0, height, width)], content=content)]
            if Need.STYLE_IMAGE in needs:
                described.append(metric.describe_style(style=[self._image(200, height, width)]))
        return described

    def test_the_order_of_the_images_does_not_matter(self) -> None:
        metric = self.prepared()
        stylized = self.describe(metric, [self._image(k) for k in range(5)], range(5))
        style = self.describe_style(metric, range(4))
        forwards, backwards = (self._score(metric, *rows) for rows in ((stylized, style), (stylized.flip(0), style)))
        assert forwards == pytest.approx(backwards, rel=1e-3, abs=1e-5)

    def test_leaves_its_inputs_unchanged(self) -> None:
        metric = self.prepared()
        stylized, content, style = [self._image(0), self._image(1)], self._contents([0, 1]), self._styles([0, 1])
        with torch.no_grad():
            given = [*stylized, *(content or ()), *style]
            before = [image.clone() for image in given]
            described = metric.describe(stylized=stylized, content=content)
            reads_styles = Need.STYLE_IMAGE in self.plugin.info.needs
            styles_described = metric.describe_style(style=style) if reads_styles else torch.zeros(0, 0)
            rows = [described.clone(), styles_described.clone()]
            self._score(metric, described, styles_described)
        assert all(map(torch.equal, [*given, described, styles_described], [*before, *rows]))
