"""Every plugin of this package keeps the promises that every plugin makes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor

from benchmark.contracts import Axis, Direction, Method, Metric, MetricInfo, Need, SetMetric
from benchmark.registry import PluginKind, installed_plugins
from benchmark.settings import make_settings
from benchmark.testing import MethodConformance, MetricConformance, ReportConformance, SetMetricConformance

_FAST: dict[str, dict[str, Any]] = {
    "gatys": {"steps": "2"},
    "clipstyler": {"steps": "2", "patches": "2", "crop_sizes": "32,48", "channels": "4,6,8", "templates": "plain"},
    "nnst": {"steps": "1,1", "final_steps": "1"},
    "strotss": {"steps": "1,1", "samples": "100", "style_samples": "200"},
    "multi_style": {"steps": "2", "patches": "2", "crop_sizes": "32,48", "channels": "4,6,8", "templates": "plain"},
}


def own(kind: PluginKind) -> list[Any]:
    plugins = installed_plugins(kind).values()
    return [plugin.load() for plugin in plugins if plugin.distribution == "style-transfer-benchmark"]


def by_name(plugin: Any) -> str:
    name: str = plugin.info.name
    return name


@pytest.fixture(params=own(PluginKind.METHODS), ids=by_name, scope="class")
def method(request: pytest.FixtureRequest) -> None:
    plugin: type[Method[Any]] = request.param
    request.cls.plugin = plugin
    request.cls.settings = make_settings(by_name(plugin), plugin.settings_type, _FAST.get(by_name(plugin), {}))


def of_sets(plugin: Any) -> bool:
    return issubclass(plugin, SetMetric)


@pytest.fixture(params=itertools.filterfalse(of_sets, own(PluginKind.METRICS)), ids=by_name, scope="class")
def metric(request: pytest.FixtureRequest) -> None:
    request.cls.plugin = request.param


@pytest.fixture(params=filter(of_sets, own(PluginKind.METRICS)), ids=by_name, scope="class")
def set_metric(request: pytest.FixtureRequest) -> None:
    request.cls.plugin = request.param


@pytest.fixture(params=own(PluginKind.REPORTS), ids=by_name, scope="class")
def report(request: pytest.FixtureRequest) -> None:
    request.cls.plugin = request.param


@pytest.mark.usefixtures("method")
class TestMethods(MethodConformance):
    """The methods of this package."""


@pytest.mark.usefixtures("metric")
class TestMetrics(MetricConformance):
    """The metrics of this package."""


@pytest.mark.usefixtures("set_metric")
class TestSetMetrics(SetMetricConformance):
    """The set metrics of this package."""


@pytest.mark.usefixtures("report")
class TestReports(ReportConformance):
    """The report formats of this package."""


def test_all_plugins_of_the_design_are_there() -> None:
    expected = {
        PluginKind.METHODS: "adain clipstyler color_transfer gatys identity multi_style nnst strotss style_copy",
        PluginKind.METRICS: "artfid cfsd clip_directional_similarity clip_patch_score clip_style_similarity "
        "clip_text_similarity cmmd color_histogram_distance dists fid kid lpips ms_ssim ssim st_lpips vgg_content_loss "
        "vgg_style_loss",
        PluginKind.REPORTS: "html",
        PluginKind.PROTOCOLS: "mini smoke wikiart wikiart_small",
    }
    for kind, names in expected.items():
        assert set(names.split()) <= set(installed_plugins(kind))


@pytest.mark.parametrize("role", ["stylized", "content", "style"])
def test_a_metric_that_writes_into_what_it_is_given_does_not_keep_them(role: str) -> None:
    class Writes(Metric):
        info = MetricInfo("writes", "W", "1", "Writes.", Direction.HIGHER, Axis.STYLE, (Need.CONTENT, Need.STYLE_IMAGE))

        def score(self, **given: Any) -> Tensor:
            given[role][0].zero_()
            return torch.zeros(len(given["stylized"]))

    suite = MetricConformance()
    suite.plugin = Writes  # type: ignore[misc]
    with pytest.raises(AssertionError):
        suite.test_leaves_its_inputs_unchanged()
