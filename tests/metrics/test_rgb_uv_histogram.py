from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional

from benchmark.models.provider import Models
from metrics import rgb_uv_histogram
from metrics.rgb_uv_histogram import RgbUvHistogramDistance

Picture = Callable[[str, int], torch.Tensor]


@pytest.fixture
def metric() -> RgbUvHistogramDistance:
    metric = RgbUvHistogramDistance()
    metric.prepare(Models({}))
    return metric


def restated_histogram(image: torch.Tensor) -> np.ndarray:
    """HistoGAN's equations, pixel by pixel, for an image that is not resized."""
    pixels = image.double().flatten(start_dim=1).T.numpy()
    centres = np.linspace(-3, 3, 64)
    histogram = np.zeros((3, 64, 64))
    for pixel in pixels:
        log = np.log(pixel + 1e-6)
        for plane, (first, second) in enumerate(((1, 2), (0, 2), (0, 1))):
            u, v = log[plane] - log[first], log[plane] - log[second]
            in_u = 1 / (1 + (np.abs(u - centres) / 0.02) ** 2)
            in_v = 1 / (1 + (np.abs(v - centres) / 0.02) ** 2)
            histogram[plane] += math.sqrt((pixel**2).sum() + 1e-6) * np.outer(in_u, in_v)
    return histogram / (histogram.sum() + 1e-6)


def restated(first: torch.Tensor, second: torch.Tensor) -> float:
    difference = np.sqrt(restated_histogram(first)) - np.sqrt(restated_histogram(second))
    return float(np.sqrt((difference**2).sum()) / np.sqrt(2))


def score(metric: RgbUvHistogramDistance, first: torch.Tensor, second: torch.Tensor) -> float:
    return metric.score(stylized=[first.clone()], style=[second.clone()]).item()


def test_it_is_the_distance_of_the_script_of_styleid(metric: RgbUvHistogramDistance, picture: Picture) -> None:
    first, second = picture("contents/cat", 24), picture("styles/great_wave", 20)

    assert score(metric, first, second) == pytest.approx(restated(first, second), abs=1e-5)


def test_an_image_with_a_large_side_becomes_a_square_of_256(metric: RgbUvHistogramDistance, picture: Picture) -> None:
    wide, style = picture("contents/cat", 300)[:, :100], picture("styles/great_wave", 64)
    reduced = functional.interpolate(wide[None], (256, 256), mode="bilinear", align_corners=False)[0]

    assert score(metric, wide, style) == pytest.approx(score(metric, reduced, style), abs=1e-6)


def test_an_image_has_no_distance_to_itself_and_order_of_pixels_none(
    metric: RgbUvHistogramDistance, content: torch.Tensor
) -> None:
    order = torch.randperm(64 * 64, generator=torch.Generator().manual_seed(0))
    shuffled = content.flatten(start_dim=1)[:, order].reshape(3, 64, 64)

    assert score(metric, content, content) == 0
    assert score(metric, shuffled, content) == pytest.approx(0, abs=1e-5)


def test_blocks_of_pixels_leave_no_trace(
    metric: RgbUvHistogramDistance, content: torch.Tensor, style: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = score(metric, content, style)
    monkeypatch.setattr(rgb_uv_histogram, "_PIXELS", 100)

    assert score(metric, content, style) == pytest.approx(whole, abs=1e-6)


def test_swapped_channels_swap_planes(metric: RgbUvHistogramDistance, content: torch.Tensor) -> None:
    swapped = content[[2, 1, 0]]

    planes = rgb_uv_histogram._roots_of_histograms(torch.stack([content, swapped]))
    first, second = (roots.reshape(3, 64, 64) for roots in planes)

    torch.testing.assert_close(first[0], second[2].T)
    torch.testing.assert_close(first[1], second[1].T)


def test_a_gain_hardly_changes_hues(metric: RgbUvHistogramDistance, content: torch.Tensor, style: torch.Tensor) -> None:
    assert score(metric, content / 2, content) < 0.01 < score(metric, content, style)


@pytest.mark.parametrize("shade", [0.0, 1.0])
def test_black_and_white_are_numbers_in_range(
    metric: RgbUvHistogramDistance, content: torch.Tensor, shade: float
) -> None:
    plain = torch.full((3, 16, 16), shade)

    assert 0 < score(metric, plain, content) <= 1
    assert score(metric, plain, plain) == 0


def test_no_common_hue_is_nearly_the_largest_distance(metric: RgbUvHistogramDistance) -> None:
    red, blue = (torch.tensor(colour)[:, None, None].expand(3, 8, 8) for colour in ((1.0, 0.4, 0.1), (0.1, 0.4, 1.0)))

    assert 0.95 < score(metric, red, blue) <= 1


def test_it_falls_from_content_to_style(
    metric: RgbUvHistogramDistance, style: torch.Tensor, blends: list[torch.Tensor]
) -> None:
    scores = metric.score(stylized=blends, style=[style] * 5).tolist()

    assert scores[0] > scores[2] > scores[4] == 0
