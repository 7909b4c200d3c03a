from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
import torch

from benchmark.contracts.metric import Direction, Metric, Need
from metrics.clip_content import ClipContentSimilarity
from metrics.clip_patches import ClipPatchScore
from metrics.clip_similarity import ClipDirectionalSimilarity, ClipTextSimilarity
from metrics.clip_style import ClipStyleSimilarity
from metrics.color_histogram import ColorHistogramDistance
from metrics.dino import DinoSimilarity, DinoStructure, DinoStyleSimilarity
from metrics.perceptual import Dists, Lpips, StLpips
from metrics.rgb_uv_histogram import RgbUvHistogramDistance
from metrics.self_similarity import Cfsd
from metrics.single_image_fid import Sifid
from metrics.structural import MsSsim, Ssim
from metrics.style_descriptors import Csd
from metrics.style_distance import StyleDistance
from metrics.vgg_losses import VggContentLoss, VggStyleLoss

METRICS: list[type[Metric]] = [
    Cfsd,
    ClipContentSimilarity,
    ClipDirectionalSimilarity,
    ClipPatchScore,
    ClipStyleSimilarity,
    ClipTextSimilarity,
    ColorHistogramDistance,
    Csd,
    DinoSimilarity,
    DinoStructure,
    DinoStyleSimilarity,
    Dists,
    Lpips,
    MsSsim,
    RgbUvHistogramDistance,
    Sifid,
    Ssim,
    StLpips,
    StyleDistance,
    VggContentLoss,
    VggStyleLoss,
]
each_metric = pytest.mark.parametrize("metric", METRICS, ids=[metric.info.name for metric in METRICS])
ROLES = {Need.CONTENT: "content", Need.STYLE_IMAGE: "style", Need.PROMPT: "prompt"}


def test_listing_metrics_loads_no_numerical_package() -> None:
    modules = sorted({metric.__module__ for metric in METRICS})
    code = f"import sys, {', '.join(modules)}; print({{'torch', 'numpy', 'pandas', 'piq'}} & set(sys.modules))"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "set()"


@each_metric
def test_images_cannot_be_swapped_because_roles_are_keywords(metric: type[Metric]) -> None:
    parameters = list(inspect.signature(metric.score).parameters.values())[1:]

    assert [parameter.name for parameter in parameters] == ["stylized", "content", "style", "prompt"]
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters)


@each_metric
def test_information_is_complete(metric: type[Metric]) -> None:
    info = metric.info

    assert info.title
    assert info.version.isdecimal()
    assert info.paper
    assert info.url.startswith("https://")
    assert info.direction in (Direction.HIGHER, Direction.LOWER)
    assert info.minimum is not None
    assert info.summary.endswith(".")
    assert "\n" not in info.summary


@each_metric
def test_a_missing_role_is_named(metric: type[Metric]) -> None:
    images = [torch.rand(3, 176, 176)]

    for need in metric.info.needs:
        given = {role: images for other, role in ROLES.items() if other is not need}
        with pytest.raises(ValueError, match=f"^{metric.info.name} needs the {need.replace('_', ' ')} of each"):
            metric().score(stylized=images, **given)


@each_metric
def test_another_number_of_images_is_refused(metric: type[Metric]) -> None:
    images = [torch.rand(3, 176, 176)]

    with pytest.raises(ValueError, match=f"^{metric.info.name} got 1 × .* for 2 stylized images$"):
        metric().score(stylized=images * 2, content=images, style=images, prompt=["a photo"])
