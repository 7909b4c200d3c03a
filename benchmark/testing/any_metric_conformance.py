"""What the checks of all metrics have in common: networks, pictures, and facts that every metric states."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

import pytest
from torch import Tensor

from benchmark.contracts import Metric, SetMetric
from benchmark.errors import MissingModelError
from benchmark.models.provider import Models
from benchmark.testing.sample import embedded_models, sample_image
from benchmark.testing.static import check_light_import, check_names, check_settings_type

MetricT = TypeVar("MetricT", bound=Metric | SetMetric)


class AnyMetricConformance(Generic[MetricT]):
    """Checks of a metric, case by case or of sets.

    Attributes:
        plugin: The metric's class.
        settings: Settings to check with, for instance fewer crops; ``None`` for the defaults.
        side: Side of the pictures to check with, in pixels; that of ``info.minimum_side`` where it is larger.
    """

    plugin: ClassVar[Any]
    settings: ClassVar[Any] = None
    side: ClassVar[int] = 176

    def models(self) -> Models:
        """The networks to check with; by default the embedded ones."""
        return embedded_models()

    def prepared(self) -> MetricT:
        """The metric, ready to score; skips the check where a network of it is not on this machine."""
        metric: MetricT = self.plugin(self.settings)
        for role in self.plugin.info.backbones:
            if not self.models().has(role):
                pytest.skip(f"no model plays the role {role}")
        try:
            metric.prepare(self.models())
        except MissingModelError as error:
            pytest.skip(str(error))
        return metric

    def _image(self, seed: int, height: int | None = None, width: int | None = None) -> Tensor:
        side = max(self.side, self.plugin.info.minimum_side)
        return sample_image(height or side, width or side, seed=seed)

    def test_states_its_facts(self) -> None:
        info = self.plugin.info
        check_names(info)
        assert info.minimum_side >= 1
        assert info.minimum is None or info.maximum is None or info.minimum < info.maximum

    def test_has_frozen_settings_with_defaults(self) -> None:
        check_settings_type(self.plugin.settings_type)

    def test_loads_no_torch_when_imported(self) -> None:
        check_light_import(self.plugin)
