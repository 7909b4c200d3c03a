from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from metrics import distributions
from metrics.clip_style import ClipStyleSimilarity
from metrics.distributions import Cmmd
from tests.metrics.colour_judge import ColourJudge, JudgeOnly


def embeddings(number: int, *, seed: int, size: int = 16) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(number, size, generator=generator), dim=1)


def restated(x: torch.Tensor, y: torch.Tensor) -> float:
    """The definition, pair by pair."""

    def mean_kernel(first: torch.Tensor, second: torch.Tensor) -> float:
        values = [math.exp(-(a.double() - b.double()).square().sum().item() / 200) for a in first for b in second]
        return math.fsum(values) / len(values)

    return 1000 * (mean_kernel(x, x) + mean_kernel(y, y) - 2 * mean_kernel(x, y))


def test_cmmd_is_the_definition_pair_by_pair() -> None:
    x, y = embeddings(7, seed=0), embeddings(4, seed=1)

    # Kernels of nearly 1 are subtracted and multiplied by 1000: float64 leaves some 1e-12.
    assert Cmmd().score(stylized=x, style=y) == pytest.approx(restated(x, y), abs=1e-9)


def test_blocks_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = embeddings(23, seed=0), embeddings(9, seed=1)
    whole = Cmmd().score(stylized=x, style=y)
    monkeypatch.setattr(distributions, "_ROWS", 5)

    assert Cmmd().score(stylized=x, style=y) == pytest.approx(whole, abs=1e-9)


def test_equal_sets_have_no_discrepancy_however_often_they_are_repeated() -> None:
    x = embeddings(6, seed=0)

    assert Cmmd().score(stylized=x, style=x) == pytest.approx(0.0, abs=1e-9)
    assert Cmmd().score(stylized=x.repeat(3, 1), style=x) == pytest.approx(0.0, abs=1e-9)


def test_it_grows_as_the_distributions_part() -> None:
    y, offset = embeddings(50, seed=1), torch.zeros(16)
    scores = []
    for shift in (0.0, 0.5, 1.0, 2.0):
        offset[0] = shift
        x = functional.normalize(embeddings(50, seed=0) + offset, dim=1)
        scores.append(Cmmd().score(stylized=x, style=y))

    assert scores == sorted(scores)
    assert scores[-1] > 3


@pytest.mark.parametrize(("n", "m"), [(5, 5), (20, 5), (100, 100)])
def test_small_sets_of_one_distribution_look_apart_as_documented(n: int, m: int) -> None:
    scores = [
        Cmmd().score(stylized=embeddings(n, seed=seed), style=embeddings(m, seed=1000 + seed)) for seed in range(200)
    ]

    # Random directions have the mean cosine 0. The mean of 200 draws is within a few percent of its expectation.
    assert sum(scores) / len(scores) == pytest.approx(10 * (1 / n + 1 / m), rel=0.05)


def test_images_are_described_by_embeddings_of_unit_length_that_other_metrics_share(
    content: torch.Tensor, style: torch.Tensor
) -> None:
    judge = ColourJudge()
    models = JudgeOnly(judge)
    content, style = content.clone(), style.clone()
    whole, single = Cmmd(), ClipStyleSimilarity()
    for metric in (whole, single):
        metric.prepare(models)

    single.score(stylized=[content], style=[style])
    described = whole.describe(stylized=[content])
    reference = whole.describe_style(style=[style])

    torch.testing.assert_close(described.norm(dim=1), torch.ones(1))
    torch.testing.assert_close(reference[0], functional.normalize(style.mean(dim=(1, 2)), dim=0))
    assert judge.embedded_images == 2


def test_information_is_complete() -> None:
    info = Cmmd.info

    assert info.sample_size == 100
    assert info.url.startswith("https://")
    assert info.summary.endswith(".")
