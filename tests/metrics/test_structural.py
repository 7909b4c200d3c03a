from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import piq
import pytest
import torch
from PIL import Image
from scipy.ndimage import convolve1d, uniform_filter
from skimage import data, transform
from skimage.metrics import structural_similarity

from metrics.structural import MsSsim, Ssim

if TYPE_CHECKING:
    from benchmark.contracts.metric import Metric

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, Wang et al. 2003, section 3.2."""

Picture = Callable[[str, int], torch.Tensor]


@pytest.mark.parametrize("side", [96, 400])
def test_ssim_is_that_of_scikit_image_at_every_size(picture: Picture, side: int) -> None:
    first, second = picture("contents/cat", side), picture("styles/starry_night", side)
    expected = structural_similarity(
        first.permute(1, 2, 0).double().numpy(),
        second.permute(1, 2, 0).double().numpy(),
        channel_axis=2,
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )

    score = Ssim().score(stylized=[second], content=[first])

    # float32 against float64: variances are differences of two filtered squares and lose about three digits.
    assert score[0, 0].item() == pytest.approx(expected, abs=1e-5)


def test_ssim_is_that_of_piq_without_downsampling(picture: Picture) -> None:
    first, second = picture("contents/cat", 96), picture("contents/astronaut", 96)

    expected = piq.ssim(second[None], first[None], downsample=False, reduction="none")

    torch.testing.assert_close(Ssim().score(stylized=[second], content=[first])[:, 0], expected)


def grey(image: torch.Tensor) -> np.ndarray:
    """8-bit grey levels, by PIL's integers, as a program has them that reads a file as grey."""
    pixels = (255 * image).round().byte().permute(1, 2, 0).numpy()
    return np.asarray(Image.fromarray(pixels).convert("L"))


@pytest.mark.parametrize("side", [96, 400])
def test_the_uniform_window_is_the_default_of_scikit_image_on_grey_levels(picture: Picture, side: int) -> None:
    first, second = picture("contents/cat", side), picture("styles/starry_night", side)

    score = Ssim().score(stylized=[second], content=[first])[0, 2].item()

    # A few pixels are one level apart.
    assert score == pytest.approx(structural_similarity(grey(first), grey(second)), abs=1e-4)


def restated_script(first: np.ndarray, second: np.ndarray) -> float:
    """The script of Wang et al. on grey levels in 0–255: box averages at every f-th pixel, mirrored, then SSIM."""
    factor = max(1, math.floor(min(first.shape) / 256 + 0.5))
    # The average around a pixel has one pixel more after it than before it where their number is even.
    origin = 0 if factor % 2 else -1
    small = [
        uniform_filter(image.astype(float), factor, mode="reflect", origin=origin)[::factor, ::factor]
        for image in (first, second)
    ]
    return float(
        structural_similarity(*small, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    )


@pytest.mark.parametrize(
    ("height", "width"), [(96, 96), (383, 500), (384, 400), (431, 512), (640, 700), (1025, 900)], ids=str
)
def test_the_published_form_is_that_of_the_authors_script(picture: Picture, height: int, width: int) -> None:
    names, side = ("contents/cat", "styles/starry_night"), max(height, width)
    first, second = (picture(name, side)[:, :height, :width] for name in names)

    score = Ssim().score(stylized=[second], content=[first])[0, 1].item()

    assert score == pytest.approx(restated_script(grey(first), grey(second)), abs=1e-4)


def test_the_published_form_is_that_of_piq_on_grey_pictures_of_whole_squares(picture: Picture) -> None:
    pairs = [
        image[:, :, :400].mean(dim=0, keepdim=True).mul(255).round() / 255
        for image in (picture("contents/cat", 512), picture("contents/astronaut", 512))
    ]
    expected = piq.ssim(pairs[1][None].double(), pairs[0][None].double(), reduction="none").item()

    score = Ssim().score(stylized=[pairs[1].expand(3, -1, -1)], content=[pairs[0].expand(3, -1, -1)])[0]

    assert score[1].item() == pytest.approx(expected, abs=1e-5)
    assert abs(score[0].item() - expected) > 0.01


def test_ms_ssim_is_that_of_piq(picture: Picture) -> None:
    first, second = picture("contents/cat", 176), picture("contents/astronaut", 176)

    expected = piq.multi_scale_ssim(second[None], first[None], reduction="none")

    torch.testing.assert_close(MsSsim().score(stylized=[second], content=[first]), expected)


def restated_ms_ssim(first: np.ndarray, second: np.ndarray) -> float:
    """The definition for one channel in float64: windows inside the image, halved by averages of two by two."""
    window = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window /= window.sum()

    def mean(values: np.ndarray) -> np.ndarray:
        return convolve1d(convolve1d(values, window, axis=0), window, axis=1)[5:-5, 5:-5]

    score = 1.0
    for scale, weight in enumerate(WEIGHTS):
        luminances = [mean(image) for image in (first, second)]
        variances = [mean(image**2) - light**2 for image, light in zip((first, second), luminances, strict=True)]
        covariance = mean(first * second) - luminances[0] * luminances[1]
        part = (2 * covariance + 0.03**2) / (variances[0] + variances[1] + 0.03**2)
        if scale == len(WEIGHTS) - 1:
            squares = luminances[0] ** 2 + luminances[1] ** 2
            part = part * (2 * luminances[0] * luminances[1] + 0.01**2) / (squares + 0.01**2)
        score *= max(part.mean(), 0) ** weight
        first, second = (transform.downscale_local_mean(image, (2, 2)) for image in (first, second))
    return score


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_ms_ssim_is_the_papers_definition(share: float) -> None:
    content, other = (getattr(data, name)()[:176, :176] / 255 for name in ("astronaut", "coffee"))
    stylized = (1 - share) * content + share * other
    expected = np.mean([restated_ms_ssim(content[:, :, k], stylized[:, :, k]) for k in range(3)])
    images = [torch.from_numpy(image).permute(2, 0, 1).float() for image in (content, stylized)]

    score = MsSsim().score(stylized=[images[1]], content=[images[0]]).item()

    # float32 against float64, as for SSIM.
    assert score == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("metric", [Ssim(), MsSsim()], ids=["ssim", "ms_ssim"])
def test_the_content_itself_scores_one(metric: Metric, picture: Picture) -> None:
    content = picture("contents/cat", 176)

    scores = metric.score(stylized=[content.clone()], content=[content]).flatten()

    assert scores.tolist() == pytest.approx([1] * len(scores), abs=1e-6)
    assert scores.max() <= 1


@pytest.mark.parametrize("metric", [Ssim(), MsSsim()], ids=["ssim", "ms_ssim"])
def test_the_score_falls_from_content_to_style(metric: Metric, picture: Picture) -> None:
    content, style = picture("contents/cat", 176), picture("styles/starry_night", 176)
    blends = [torch.lerp(content, style, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]

    scores = metric.score(stylized=blends, content=[content] * 5).reshape(5, -1)

    for column in scores.T.tolist():
        assert column == sorted(column, reverse=True)
        assert len(set(column)) == 5


@pytest.mark.parametrize("metric", [Ssim(), MsSsim()], ids=["ssim", "ms_ssim"])
def test_a_batch_of_mixed_sizes_equals_single_images(metric: Metric, picture: Picture) -> None:
    content, style = picture("contents/cat", 176), picture("styles/starry_night", 176)
    stylized, contents = [style, style[:, :162], content.flip(2)], [content, content[:, :162], content]

    together = metric.score(stylized=stylized, content=contents)

    for score, image, reference in zip(together, stylized, contents, strict=True):
        assert torch.equal(score, metric.score(stylized=[image], content=[reference])[0])


def test_ssim_of_a_negative_is_below_zero(picture: Picture) -> None:
    content = picture("contents/cat", 96)

    score = Ssim().score(stylized=[1 - content], content=[content])[0, 0].item()

    assert Ssim.info.minimum is not None
    assert Ssim.info.minimum <= score < 0


def test_images_too_small_for_five_scales_are_refused_in_one_line() -> None:
    small, enough = torch.rand(3, 161, 160), torch.rand(3, 161, 161)

    assert MsSsim().score(stylized=[enough], content=[enough]).shape == (1,)
    with pytest.raises(ValueError, match=r"^ms_ssim needs sides of at least 161 px, the images have 161×160$"):
        MsSsim().score(stylized=[small], content=[small])


@pytest.mark.parametrize("metric", [Ssim(), MsSsim()], ids=["ssim", "ms_ssim"])
def test_images_of_another_size_than_their_content_are_refused(metric: Metric) -> None:
    with pytest.raises(ValueError, match="differ in size"):
        metric.score(stylized=[torch.rand(3, 176, 176)], content=[torch.rand(3, 176, 177)])
