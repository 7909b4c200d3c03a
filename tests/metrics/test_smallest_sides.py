"""The smallest sides that metrics state are those at which the networks still give a number, and no larger."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models import Inception3
from torchvision.models.vgg import cfgs, make_layers

from benchmark.contracts import Metric, Need, SetMetric
from benchmark.models.dists_distance import DistsDistance
from benchmark.models.inception import InceptionFeatures
from benchmark.models.lpips_distance import LpipsDistance, _network_with_random_backbone
from benchmark.models.role import Role
from benchmark.registry import PluginKind, installed_plugins
from benchmark.testing import MetricConformance, SetMetricConformance
from tests.random_networks import EmbeddedAndRandom, random_networks

STATED = {
    "artfid": 75, "cfsd": 16, "clip_content_similarity": 1, "clip_directional_similarity": 1, "clip_patch_score": 1,
    "clip_style_similarity": 1, "clip_text_similarity": 1, "cmmd": 1, "color_histogram_distance": 1, "csd": 1,
    "dino_similarity": 1, "dino_structure": 1, "dino_style_similarity": 1, "dists": 1, "fid": 75, "fid_imagenet": 1,
    "kid": 75, "kid_imagenet": 1, "lpips": 32, "ms_ssim": 161, "rgb_uv_histogram_distance": 1, "sifid": 23, "ssim": 11,
    "st_lpips": 32, "style_distance": 16, "vgg_content_loss": 16, "vgg_style_loss": 16,
}  # fmt: skip


def metrics() -> dict[str, type[Any]]:
    plugins = installed_plugins(PluginKind.METRICS).values()
    return {plugin.name: plugin.load() for plugin in plugins if plugin.distribution == "style-transfer-benchmark"}


class RandomNetworks(EmbeddedAndRandom):
    """The embedded networks, and the published architectures with random weights."""

    def __init__(self) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            head = torch.rand(1, 1475, 1, 1) / 2950
            own: dict[Role, nn.Module] = {
                Role.LPIPS: LpipsDistance(_network_with_random_backbone()),
                Role.DISTS: DistsDistance(make_layers(cfgs["D"]), head, head),
                Role.INCEPTION: InceptionFeatures(
                    Inception3(aux_logits=False, transform_input=False, init_weights=False)
                ),
            }
        super().__init__({role: network.eval() for role, network in own.items()} | random_networks())


@pytest.fixture(scope="module")
def networks() -> RandomNetworks:
    return RandomNetworks()


def test_every_metric_states_what_was_tried() -> None:
    assert {name: metric.info.minimum_side for name, metric in metrics().items()} == STATED


def _numbers(metric: Metric | SetMetric, height: int, width: int) -> torch.Tensor:
    images = [torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    needs = metric.info.needs
    content = [images[1]] if Need.CONTENT in needs else None
    style = [images[2]] if Need.STYLE_IMAGE in needs else None
    with torch.no_grad():
        if isinstance(metric, SetMetric):
            described = metric.describe(stylized=images[:1], content=content).flatten()
            return torch.cat([described, metric.describe_style(style=style or []).flatten()])
        prompt = ["a sketch"] if Need.PROMPT in needs else None
        return metric.score(stylized=images[:1], content=content, style=style, prompt=prompt).flatten()


@pytest.mark.parametrize("name", STATED)
def test_gives_finite_numbers_at_the_smallest_size(name: str, networks: RandomNetworks) -> None:
    metric, side = metrics()[name](), STATED[name]
    metric.prepare(networks)
    for height, width in ((side, side), (side, side + 7), (side + 7, side)):
        assert bool(torch.isfinite(_numbers(metric, height, width)).all())


@pytest.mark.parametrize("name", [name for name, side in STATED.items() if side > 1])
def test_refuses_smaller_images_in_one_sentence(name: str, networks: RandomNetworks) -> None:
    metric, side = metrics()[name](), STATED[name]
    metric.prepare(networks)
    message = rf"^{name} needs sides of at least {side} px, the images have {side + 7}×{side - 1}$"
    with pytest.raises(ValueError, match=message):
        _numbers(metric, side + 7, side - 1)


class _Claims(Metric):
    """SSIM that claims other smallest sides."""

    def score(self, **given: Any) -> torch.Tensor:
        from metrics.structural import Ssim

        return Ssim().score(**given)


@pytest.mark.parametrize(
    ("claimed", "check"),
    [
        (10, "test_scores_images_of_the_smallest_side_that_it_states"),
        (12, "test_refuses_smaller_images_and_says_what_it_needs"),
    ],
)
def test_the_conformance_suite_notices_a_wrong_claim(claimed: int, check: str) -> None:
    from dataclasses import replace

    from metrics.structural import Ssim

    suite = MetricConformance()
    suite.plugin = type("Claims", (_Claims,), {"info": replace(Ssim.info, minimum_side=claimed)})
    with pytest.raises((ValueError, pytest.fail.Exception)):
        getattr(suite, check)()
    suite.plugin = Ssim
    getattr(suite, check)()


def test_the_conformance_suite_of_sets_notices_a_wrong_claim(networks: RandomNetworks) -> None:
    from dataclasses import replace

    from metrics.inception_distances import Fid

    suite = SetMetricConformance()
    suite.models = lambda: networks  # type: ignore[method-assign]
    suite.plugin = Fid
    suite.test_describes_images_of_the_smallest_side_that_it_states()
    suite.test_refuses_smaller_images_and_says_what_it_needs()
    suite.plugin = type("Claims", (Fid,), {"info": replace(Fid.info, minimum_side=74)})
    with pytest.raises((ValueError, RuntimeError, pytest.fail.Exception)):
        suite.test_describes_images_of_the_smallest_side_that_it_states()
