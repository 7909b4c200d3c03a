"""Metrics that are right and metrics that are wrong in one way each, on small pictures of the package."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from benchmark import Axis, Direction, Metric, MetricInfo, Need, SetMetric, SetMetricInfo
from benchmark.audit.audit import audit_metrics
from benchmark.audit.check_result import CheckResult, CheckStatus
from benchmark.plan.configuration import SelectedMetric
from benchmark.protocol.case import Case, WeightedStyle
from benchmark.protocol.embedded import mini
from benchmark.protocol.protocol import Protocol

SIDE = 48
FACTS: dict[str, Any] = {
    "name": "third_party",
    "title": "Third party",
    "version": "1",
    "summary": "A metric for tests.",
    "direction": Direction.LOWER,
    "axis": Axis.STYLE,
    "needs": (Need.STYLE_IMAGE,),
    "minimum": 0.0,
}


def pixel_distances(images, others):
    return torch.stack([(one - other).abs().mean() for one, other in zip(images, others, strict=True)])


def case_metric(score: Callable[..., torch.Tensor], **facts: Any) -> type[Metric]:
    """A metric whose score is a function of the metric, its images and its arguments."""

    class ThirdParty(Metric):
        info = MetricInfo(**{**FACTS, **facts})

        def score(self, *, stylized, content=None, style=None, prompt=None):
            return score(stylized=stylized, content=content, style=style, prompt=prompt)

    return ThirdParty


class ColourGap(SetMetric):
    """Distance of the mean colours of all stylized and all style images."""

    info = SetMetricInfo(**{**FACTS, "name": "colour_gap"}, sample_size=4)

    def describe(self, *, stylized, content=None):
        return self.describe_style(style=stylized)

    def describe_style(self, *, style):
        return torch.stack([image.mean(dim=(1, 2)) for image in style])

    def score(self, *, stylized, style):
        return float((stylized.mean(dim=0) - style.mean(dim=0)).norm())


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    """Three contents × three styles at 48 px."""
    return dataclasses.replace(mini(), resolution=SIDE)


@pytest.fixture
def audit(protocol):
    """Audits a metric and returns the results by check."""

    def run(metric: type[Any], *, limit: int = 9, protocol: Protocol = protocol) -> dict[str, CheckResult]:
        plugin = SimpleNamespace(name=metric.info.name, load=lambda: metric)
        selected = SelectedMetric(plugin, metric.info)
        outcome = audit_metrics([selected], protocol, limit=limit, observe=lambda number, cases: None)
        return {check.check: check.result for check in outcome.checks}

    return run


def failed(results: dict[str, CheckResult]) -> set[str]:
    return {check for check, result in results.items() if result.status is CheckStatus.FAILED}


def not_applicable(results: dict[str, CheckResult]) -> dict[str, str]:
    return {check: result.reason for check, result in results.items() if result.status is CheckStatus.NOT_APPLICABLE}


@pytest.fixture
def four_styles(protocol) -> Protocol:
    """Two contents × four styles, one of the contents being the fourth style."""
    first, second, third = protocol.contents
    fourth = dataclasses.replace(
        protocol.styles[0], id="photograph", image=third.image, sha256="", prompt="a photograph"
    )
    styles = (*protocol.styles, fourth)
    cases = tuple(Case(content, (WeightedStyle(style),)) for content in (first, second) for style in styles)
    return dataclasses.replace(protocol, contents=(first, second), styles=styles, cases=cases)
