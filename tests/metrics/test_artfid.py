from __future__ import annotations

import math

import lpips
import pytest
import torch
from torch import nn

from benchmark.models.lpips_distance import LpipsDistance, _network_with_random_backbone
from benchmark.models.provider import Models
from benchmark.models.role import Role
from metrics.artfid import ArtFid
from metrics.inception_distances import Fid
from metrics.perceptual import Lpips
from tests.metrics.test_inception_distances import restated_fid

COUNT = 9


class SmallInception(nn.Module):
    """Random features, fewer than there are images, so that covariances are regular."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, kernel_size=9, stride=5)
        self.passes = 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.passes += len(images)
        return torch.relu(self.convolution(images)).mean(dim=(2, 3))


class CountedLpips(LpipsDistance):
    passes = 0

    def activations(self, images: torch.Tensor):
        self.passes += len(images)
        return super().activations(images)


class TwoNetworks(Models):
    def __init__(self) -> None:
        super().__init__({})
        torch.manual_seed(0)
        self.networks = {
            Role.INCEPTION: SmallInception().requires_grad_(False).eval(),
            Role.LPIPS: CountedLpips(_network_with_random_backbone()).requires_grad_(False).eval(),
        }

    def load(self, role: Role) -> nn.Module:
        return self.networks[role]


@pytest.fixture(scope="module")
def models() -> TwoNetworks:
    return TwoNetworks()


@pytest.fixture(scope="module")
def pictures() -> dict[str, list[torch.Tensor]]:
    generator = torch.Generator().manual_seed(3)
    return {
        role: [torch.rand(3, 80, 80, generator=generator) ** power for _ in range(COUNT)]
        for role, power in (("stylized", 1.0), ("content", 1.5), ("style", 0.7))
    }


@pytest.fixture(scope="module")
def metric(models: TwoNetworks) -> ArtFid:
    metric = ArtFid()
    metric.prepare(models)
    return metric


def test_is_the_formula_restated_with_the_package_lpips(metric, models, pictures) -> None:
    network = models.networks[Role.LPIPS].network
    assert isinstance(network, lpips.LPIPS)
    pairs = zip(pictures["stylized"], pictures["content"], strict=True)
    distances = [network(one[None], other[None], normalize=True).item() for one, other in pairs]
    inception = models.networks[Role.INCEPTION]
    fid = restated_fid(inception(torch.stack(pictures["stylized"])), inception(torch.stack(pictures["style"])))

    score = metric.score(
        stylized=metric.describe(stylized=pictures["stylized"], content=pictures["content"]),
        style=metric.describe_style(style=pictures["style"]),
    )

    assert score == pytest.approx((1 + sum(distances) / COUNT) * (1 + fid), rel=1e-5)
    assert score > 1


def test_a_perfect_method_scores_one_and_a_single_image_nothing(metric, pictures) -> None:
    described = metric.describe(stylized=pictures["content"], content=pictures["content"])
    style = metric.describe_style(style=pictures["content"])

    assert metric.score(stylized=described, style=style) == pytest.approx(1.0, abs=1e-9)
    assert math.isnan(metric.score(stylized=described[:1], style=style))


def test_shares_the_passes_of_lpips_and_fid(pictures) -> None:
    models = TwoNetworks()
    artfid, fid, distance = ArtFid(), Fid(), Lpips()
    for metric in (artfid, fid, distance):
        metric.prepare(models)
    stylized, content = pictures["stylized"][:2], pictures["content"][:1] * 2

    distance.score(stylized=stylized, content=content)
    artfid.describe(stylized=stylized, content=content)
    fid.describe(stylized=stylized)

    assert models.networks[Role.INCEPTION].passes == 2
    assert models.networks[Role.LPIPS].passes == 3


def test_names_both_networks() -> None:
    assert ArtFid.info.backbones == (Role.INCEPTION, Role.LPIPS)


def test_a_missing_content_is_named(metric, pictures) -> None:
    with pytest.raises(ValueError, match=r"^artfid needs the content of each stylized image"):
        metric.describe(stylized=pictures["stylized"])
