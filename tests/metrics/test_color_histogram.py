from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance
from skimage import data

from benchmark.cie_lab import lab_from_rgb
from benchmark.models.provider import Models
from metrics.color_histogram import BIN_WIDTH, ColorHistogramDistance

Picture = Callable[[str, int], torch.Tensor]


@pytest.fixture
def metric() -> ColorHistogramDistance:
    metric = ColorHistogramDistance()
    metric.prepare(Models({}))
    return metric


def photograph(name: str) -> torch.Tensor:
    return torch.from_numpy(getattr(data, name)()[:200, :160].copy()).permute(2, 0, 1).float() / 255


def test_components_are_wasserstein_distances_of_the_channels(metric: ColorHistogramDistance) -> None:
    first, second = photograph("astronaut"), photograph("coffee")
    channels = [lab_from_rgb(image).flatten(start_dim=1).double().numpy() for image in (first, second)]
    expected = [wasserstein_distance(one, other) for one, other in zip(*channels, strict=True)]

    total, *components = metric.score(stylized=[first], style=[second])[0].tolist()

    # Sorting values into bins moves each by less than a bin's width, and on average by the same in both images.
    assert components == pytest.approx(expected, abs=BIN_WIDTH / 2)
    assert total == pytest.approx(np.linalg.norm(components))


def test_it_is_at_most_the_mean_colour_difference(metric: ColorHistogramDistance) -> None:
    first, second = photograph("astronaut"), photograph("coffee")
    differences = lab_from_rgb(first) - lab_from_rgb(second)

    score = metric.score(stylized=[first], style=[second])[0, 0].item()

    assert score <= torch.linalg.vector_norm(differences, dim=0).mean().item() + BIN_WIDTH


def test_places_do_not_matter(metric: ColorHistogramDistance, content: torch.Tensor) -> None:
    mirrored = content.flip(2)

    assert metric.score(stylized=[mirrored], style=[content])[0].tolist() == [0.0] * 4


def test_a_shift_of_lightness_is_measured_in_its_unit(metric: ColorHistogramDistance) -> None:
    grey, white = torch.full((3, 16, 16), 0.5), torch.ones(3, 8, 8)
    lightness = lab_from_rgb(grey)[0, 0, 0].item()

    total, first, *others = metric.score(stylized=[grey], style=[white])[0].tolist()

    assert first == pytest.approx(100 - lightness, abs=BIN_WIDTH)
    assert others == pytest.approx([0.0, 0.0], abs=BIN_WIDTH)
    assert total == pytest.approx(first, abs=BIN_WIDTH)


def test_it_falls_from_content_to_style(
    metric: ColorHistogramDistance, style: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    scores = metric.score(stylized=blends, style=[style] * 5)[:, 0].tolist()

    assert scores[0] > scores[2] > scores[4] == 0.0
