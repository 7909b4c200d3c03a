from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import nn
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

from benchmark.models.provider import Models
from benchmark.models.role import Role
from metrics import inception_distances
from metrics.inception_distances import BLOCK_SEED, Fid, FidImagenet, Kid, KidImagenet


class ColourInception(nn.Module):
    """Features that are only colours."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.seen += len(images)
        return images.mean(dim=(2, 3))


class InceptionOnly(Models):
    def __init__(self, network: nn.Module, role: Role = Role.INCEPTION) -> None:
        super().__init__({})
        self.network, self.role = network, role

    def load(self, role: Role) -> Any:
        assert role is self.role
        return self.network


def features(number: int, *, seed: int, size: int = 12, shift: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(size, size, generator=torch.Generator().manual_seed(99)) / size**0.5
    return torch.randn(number, size, generator=generator) @ mixing + shift


def restated_fid(x: torch.Tensor, y: torch.Tensor) -> float:
    first, second = x.double().numpy(), y.double().numpy()
    root = sqrtm(np.cov(first, rowvar=False) @ np.cov(second, rowvar=False)).real
    traces = np.trace(np.cov(first, rowvar=False)) + np.trace(np.cov(second, rowvar=False))
    return float(((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum() + traces - 2 * np.trace(root))


def restated_kid(x: torch.Tensor, y: torch.Tensor) -> float:
    def kernel(a: torch.Tensor, b: torch.Tensor) -> float:
        return ((a.double() @ b.double()).item() / len(a) + 1) ** 3

    def within(rows: torch.Tensor) -> float:
        pairs = [kernel(a, b) for i, a in enumerate(rows) for j, b in enumerate(rows) if i != j]
        return math.fsum(pairs) / len(pairs)

    between = [kernel(a, b) for a in x for b in y]
    return within(x) + within(y) - 2 * math.fsum(between) / len(between)


@pytest.mark.parametrize(("n", "m"), [(60, 40), (500, 13), (14, 300)])
def test_fid_is_the_definition_where_covariances_are_regular(n: int, m: int) -> None:
    x, y = features(n, seed=0), features(m, seed=1, shift=0.3)

    # The root of a nearly singular product (13 images of 12 features) is known to about half the digits of float64.
    assert Fid().score(stylized=x, style=y) == pytest.approx(restated_fid(x, y), rel=1e-6)


def test_fid_is_that_of_torchmetrics() -> None:
    x, y = features(80, seed=0).double(), features(70, seed=1, shift=0.2).double()
    expected = _compute_fid(x.mean(dim=0), x.T.cov(), y.mean(dim=0), y.T.cov()).item()

    # It takes roots of eigenvalues of a matrix that is not symmetric.
    assert Fid().score(stylized=x, style=y) == pytest.approx(expected, rel=1e-6)


def test_fid_of_fewer_images_than_features_is_that_in_their_span() -> None:
    x, y = features(6, seed=0, size=5), features(7, seed=1, size=5)
    turned = torch.linalg.qr(torch.randn(40, 40, generator=torch.Generator().manual_seed(2))).Q[:5]

    assert Fid().score(stylized=x @ turned, style=y @ turned) == pytest.approx(restated_fid(x, y), rel=1e-4)


def test_fid_of_equal_sets_is_zero_and_grows_with_a_shift() -> None:
    x = features(50, seed=0)
    scores = [Fid().score(stylized=x + shift, style=x) for shift in (0.0, 0.5, 1.0)]

    assert scores[0] == pytest.approx(0.0, abs=1e-9)
    # Equal covariances leave the squared distance of the means.
    assert scores[1:] == pytest.approx([12 * 0.25, 12.0], rel=1e-5)


@pytest.mark.parametrize(("n", "m"), [(9, 5), (2, 30)])
def test_kid_is_the_definition_pair_by_pair(n: int, m: int) -> None:
    x, y = features(n, seed=0), features(m, seed=1, shift=0.3)

    assert Kid().score(stylized=x, style=y) == pytest.approx(restated_kid(x, y), abs=1e-9)


def test_kid_is_that_of_torchmetrics_on_one_block() -> None:
    x, y = features(30, seed=0).double(), features(30, seed=1, shift=0.2).double()

    assert Kid().score(stylized=x, style=y) == pytest.approx(poly_mmd(x, y).item(), abs=1e-9)


@pytest.mark.parametrize("n", [4, 40])
def test_kid_of_one_distribution_is_zero_on_average_at_any_number_of_images(n: int) -> None:
    scores = [Kid().score(stylized=features(n, seed=k), style=features(n, seed=500 + k)) for k in range(300)]

    # Unbiased, where FID and CMMD grow as sets shrink: the mean is within three standard errors of 0.
    assert abs(np.mean(scores)) < 3 * np.std(scores) / 300**0.5
    assert min(scores) < 0


def test_blocks_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = features(23, seed=0), features(9, seed=1)
    whole = Kid().score(stylized=x, style=y)
    monkeypatch.setattr(inception_distances, "_ROWS", 5)

    assert Kid().score(stylized=x, style=y) == pytest.approx(whole, abs=1e-9)


FIDELITY = {(1100, 1030): 0.17003567345442044, (40, 25): -0.06386793533998678, (30, 30): 0.12621956169338536}
"""What torch-fidelity 0.4.0 gives for so many sorted rows: 100 blocks of 1000 or of the smaller set, seed 2020.

``torch_fidelity.metric_kid.kid_features_to_metric(in_order_of_values(x), in_order_of_values(y), kid_subsets=100,
kid_subset_size=min(1000, n, m), kid_kernel="poly", kid_degree=3, kid_gamma=None, kid_coef0=1, rng_seed=2020,
kid_kernel_rbf_sigma=10.0, verbose=False)``
"""


@pytest.mark.parametrize(("n", "m"), FIDELITY)
def test_the_published_kid_is_that_of_torch_fidelity(n: int, m: int) -> None:
    x, y = features(n, seed=0, size=16).double(), features(m, seed=1, size=16, shift=0.2).double()

    assert KidImagenet().score(stylized=x, style=y) == pytest.approx(FIDELITY[n, m], abs=1e-9)


def in_order_of_values(rows: torch.Tensor) -> torch.Tensor:
    return torch.stack(sorted(rows, key=lambda row: tuple(row.tolist())))


def test_the_published_kid_is_the_mean_of_torchmetrics_estimate_over_the_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inception_distances, "BLOCK_SIZE", 20)
    monkeypatch.setattr(inception_distances, "_ROWS", 7)
    x, y = features(45, seed=0).double(), features(33, seed=1, shift=0.2).double()
    generator, estimates = np.random.RandomState(BLOCK_SEED), []
    for _ in range(100):
        blocks = [in_order_of_values(rows)[generator.choice(len(rows), 20, replace=False)] for rows in (x, y)]
        estimates.append(poly_mmd(*blocks).item())

    assert KidImagenet().score(stylized=x, style=y) == pytest.approx(np.mean(estimates), abs=1e-9)


def test_the_published_kid_differs_from_that_of_all_pairs_by_the_noise_of_its_blocks() -> None:
    """Each pair of rows is in some of the blocks, so that their mean is near the estimate of all of them."""
    x, y = features(60, seed=0), features(40, seed=1, shift=0.3)

    assert KidImagenet().score(stylized=x, style=y) == pytest.approx(Kid().score(stylized=x, style=y), rel=0.05)
    same = (x[:40], y)
    assert KidImagenet().score(stylized=same[0], style=same[1]) == pytest.approx(
        Kid().score(stylized=same[0], style=same[1]), abs=1e-9
    )


def test_the_order_of_images_does_not_choose_the_blocks() -> None:
    x, y = features(50, seed=0), features(20, seed=1)
    shuffled = x[torch.randperm(50, generator=torch.Generator().manual_seed(3))]

    assert KidImagenet().score(stylized=shuffled, style=y) == KidImagenet().score(stylized=x, style=y)


def test_the_last_bits_of_the_features_do_not_choose_the_blocks() -> None:
    x, y = features(50, seed=0), features(20, seed=1)
    rounded = x * (1 + 1e-7 * torch.randn(x.shape, generator=torch.Generator().manual_seed(4)))

    assert KidImagenet().score(stylized=rounded, style=y) == pytest.approx(
        KidImagenet().score(stylized=x, style=y), abs=1e-6
    )


@pytest.mark.parametrize("metric", [Fid(), Kid(), KidImagenet()], ids=["fid", "kid", "kid_imagenet"])
def test_a_single_image_has_no_distance(metric: Fid | Kid | KidImagenet) -> None:
    assert math.isnan(metric.score(stylized=features(1, seed=0), style=features(5, seed=1)))


def test_both_share_the_pass_of_each_image(picture: Callable[[str, int], torch.Tensor]) -> None:
    network = ColourInception()
    models = InceptionOnly(network)
    content, style = (picture(name, 80) for name in ("contents/cat", "styles/starry_night"))
    for metric in (Fid(), Kid()):
        metric.prepare(models)
        torch.testing.assert_close(metric.describe(stylized=[content])[0], content.mean(dim=(1, 2)))
        torch.testing.assert_close(metric.describe_style(style=[style])[0], style.mean(dim=(1, 2)))

    assert network.seen == 2


def test_the_usual_fid_is_the_same_formula_in_its_own_network(picture: Callable[[str, int], torch.Tensor]) -> None:
    network, metric, kid = ColourInception(), FidImagenet(), KidImagenet()
    models = InceptionOnly(network, Role.FID_INCEPTION)
    content = picture("contents/cat", 40)
    for one in (metric, kid):
        one.prepare(models)
        torch.testing.assert_close(one.describe(stylized=[content])[0], content.mean(dim=(1, 2)))
    assert network.seen == 1, "both share the pass"

    x, y = features(60, seed=0), features(40, seed=1, shift=0.3)
    assert metric.score(stylized=x, style=y) == pytest.approx(restated_fid(x, y), rel=1e-6)
    assert math.isnan(metric.score(stylized=x[:1], style=y))
