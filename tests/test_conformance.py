"""Every plugin of this package keeps the promises that every plugin makes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from benchmark.contracts import (
    Axis,
    Condition,
    Direction,
    Method,
    MethodInfo,
    Metric,
    MetricInfo,
    Need,
    Precision,
    SetMetric,
    StyleCondition,
)
from benchmark.execution.bench.outputs import InvalidOutputError
from benchmark.execution.bench.stylization import computing_in
from benchmark.models.asset import Asset
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.models.weights_check import file_sha256
from benchmark.protocol.embedded import mini
from benchmark.protocol.style_pixels import style_pixels_sha256
from benchmark.registry import PluginKind, installed_plugins
from benchmark.settings import make_settings
from benchmark.testing import MethodConformance, MetricConformance, ReportConformance, SetMetricConformance
from tests.own_networks import lacking
from tests.random_networks import EmbeddedAndRandom
from tools.published_weights import write_sanet

_FAST: dict[str, dict[str, Any]] = {
    "clip_pixels": {"steps": "2"},
    "gatys": {"steps": "2"},
    "clipstyler": {"steps": "2", "patches": "2", "crop_sizes": "32,48", "channels": "4,6,8", "templates": "plain"},
    "nnst": {"steps": "1,1", "final_steps": "1", "rotate_style": "false"},
    "strotss": {"steps": "1,1", "samples": "100", "style_samples": "200"},
    "multi_style": {"steps": "2", "patches": "2", "crop_sizes": "32,48", "channels": "4,6,8", "templates": "plain"},
}


def own(kind: PluginKind) -> list[Any]:
    plugins = installed_plugins(kind).values()
    return [plugin.load() for plugin in plugins if plugin.distribution == "style-transfer-benchmark"]


def by_name(plugin: Any) -> str:
    name: str = plugin.info.name
    return name


@pytest.fixture(scope="session")
def random_sanet(tmp_path_factory: pytest.TempPathFactory) -> Models:
    files = write_sanet(tmp_path_factory.mktemp("sanet"))
    assets = tuple(Asset(file.name, str(file), "", "", sha256=file_sha256(file), is_own=True) for file in files)
    return Models({Role.SANET: replace(find_model("sanet"), assets=assets)})


@pytest.fixture(params=own(PluginKind.METHODS), ids=by_name, scope="class")
def method(request: pytest.FixtureRequest) -> None:
    plugin: type[Method[Any]] = request.param
    request.cls.plugin = plugin
    if Role.GHIASI in plugin.info.uses and (reason := lacking("ghiasi")):
        pytest.skip(reason)
    if Role.SANET in plugin.info.uses:
        request.cls.random_sanet = request.getfixturevalue("random_sanet")
    request.cls.settings = make_settings(by_name(plugin), plugin.settings_type, _FAST.get(by_name(plugin), {}))


def logs_elsewhere(plugin: Any) -> bool:
    """Whether a report needs a server, or variables that keep it from the network, as tests/reports/trackers/ has."""
    return by_name(plugin) in {"mlflow", "wandb"}


def known_painting() -> str:
    """Returns the hash of a painting of ``mini``."""
    return style_pixels_sha256(mini().styles[0])


def of_sets(plugin: Any) -> bool:
    return issubclass(plugin, SetMetric)


@pytest.fixture(params=itertools.filterfalse(of_sets, own(PluginKind.METRICS)), ids=by_name, scope="class")
def metric(request: pytest.FixtureRequest) -> None:
    plugin: type[Metric] = request.param
    request.cls.plugin = plugin
    fast = {"patches": "5"} if by_name(plugin) == "clip_patch_score" else {}
    request.cls.settings = make_settings(by_name(plugin), plugin.settings_type, fast)


@pytest.fixture(params=filter(of_sets, own(PluginKind.METRICS)), ids=by_name, scope="class")
def set_metric(request: pytest.FixtureRequest) -> None:
    request.cls.plugin = request.param


@pytest.fixture(params=itertools.filterfalse(logs_elsewhere, own(PluginKind.REPORTS)), ids=by_name, scope="class")
def report(request: pytest.FixtureRequest) -> None:
    if by_name(request.param) == "tensorboard":
        pytest.importorskip("tensorboard", reason="needs the extra tensorboard")
    request.cls.plugin = request.param


@pytest.mark.usefixtures("method")
class TestMethods(MethodConformance):
    """The methods of this package; those that no installed package has weights for, with random ones."""

    random_sanet: ClassVar[Models]

    def models(self) -> Models:
        return self.random_sanet if Role.SANET in self.plugin.info.uses else super().models()

    def styles(self, size: int = 72) -> list[StyleCondition]:
        # What is trained for single paintings knows them by their pixels.
        return [replace(style, pixels_sha256=known_painting()) for style in super().styles(size)]

    def test_paints_in_bfloat16_about_what_it_paints_in_float32(self) -> None:
        content, styles, method = self.content(), self.styles(), self.prepared()
        if Precision.BFLOAT16 not in self.plugin.info.precisions:
            pytest.skip("it has one precision")
        pictures = []
        for precision in Precision:
            with computing_in(precision, content.device):
                pictures.append(method.stylize(content, styles, torch.Generator().manual_seed(0)).float())
        full, lower = pictures
        assert 0.02 < float(lower.mean()) < 0.98, "black or white"
        assert float(lower.std()) > 0.02, "of one colour"
        # CLIPstyler's descents part most: by 0.022, which other rounding moves by a tenth.
        assert float((full - lower).abs().mean()) < 0.03
        assert not torch.equal(full, lower), "nothing was computed in bfloat16"


@pytest.mark.usefixtures("metric")
class TestMetrics(MetricConformance):
    """The metrics of this package; those that no installed package has a network for, with random ones."""

    def models(self) -> Models:
        return EmbeddedAndRandom()


@pytest.mark.usefixtures("set_metric")
class TestSetMetrics(SetMetricConformance):
    """The set metrics of this package, as above."""

    def models(self) -> Models:
        return EmbeddedAndRandom()


@pytest.mark.usefixtures("report")
class TestReports(ReportConformance):
    """The report formats of this package."""


def test_all_plugins_of_the_design_are_there() -> None:
    expected = {
        PluginKind.METHODS: "aams adain clip_pixels clipstyler color_transfer efdm gatys ghiasi identity johnson "
        "multi_style nnst sanet strotss style_copy",
        PluginKind.METRICS: "artfid cfsd clip_content_similarity clip_directional_similarity clip_patch_score "
        "clip_style_similarity clip_text_similarity cmmd color_histogram_distance csd dino_similarity dino_structure "
        "dino_style_similarity dists fid fid_imagenet kid kid_imagenet lpips ms_ssim rgb_uv_histogram_distance sifid "
        "ssim st_lpips style_distance vgg_content_loss vgg_style_loss",
        PluginKind.REPORTS: "html mlflow tensorboard wandb",
        PluginKind.PROTOCOLS: "mini paintings smoke wikiart wikiart_small",
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


@pytest.mark.parametrize(
    "explained",
    [
        lambda content: {"map": torch.zeros(1, 2, 2)},
        lambda content: {"map": torch.full_like(content, 2.0)},
        lambda content: {"A map": content},
        lambda content: {"map": torch.rand(content.shape)},
        lambda content: {"map": content.zero_()},
    ],
    ids=["size", "range", "name", "random", "writes"],
)
def test_a_method_whose_maps_are_no_pictures_of_the_content_does_not_keep_them(explained: Any) -> None:
    class Explains(Method[Any]):
        info = MethodInfo("explains", "E", "1", "Explains.", Condition.NONE)

        def stylize(self, content: Tensor, styles: Any, generator: Any) -> Tensor:
            return content.clone()

        def explain(self, content: Tensor, styles: Any, generator: Any) -> Any:
            return explained(content)

    suite = MethodConformance()
    suite.plugin = Explains  # type: ignore[misc]
    with pytest.raises((AssertionError, InvalidOutputError)):
        suite.test_explains_itself_by_pictures_of_the_contents_size()
