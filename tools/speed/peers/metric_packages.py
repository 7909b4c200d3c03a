"""The metrics of pictures by calls of their packages, one after the other, beside the engine that scores them together.

The engine computes references once and passes each image through each network once. The packages' side is what a script
does that calls a function per metric: nothing is shared and nothing is remembered. Both score with every per-case
metric that a package or a few lines can do on embedded networks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode

from benchmark.execution.bench.scoring import Scorer
from benchmark.images import quantize
from benchmark.models.provider import Models
from benchmark.models.resizing import resize
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.plan.configuration import SelectedMetric
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.testing.sample import sample_image
from metrics.clip_patches import ClipPatchScore, patch_boxes
from metrics.clip_similarity import SOURCE_PROMPT, ClipDirectionalSimilarity, ClipTextSimilarity
from metrics.clip_style import ClipStyleSimilarity
from metrics.color_histogram import ColorHistogramDistance
from metrics.perceptual import StLpips
from metrics.self_similarity import Cfsd
from metrics.structural import MsSsim, Ssim
from metrics.vgg_losses import VggContentLoss, VggStyleLoss
from tools.speed.peers.ordinary import ordinary
from tools.speed.race import AbsentPeerError, Race

Pictures: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""Stylized image, content and style image of a case, each 3×H×W in [0, 1]."""

PROMPT: Final = "an oil painting"
METRICS: Final = (
    Cfsd,
    ClipDirectionalSimilarity,
    ClipPatchScore,
    ClipStyleSimilarity,
    ClipTextSimilarity,
    ColorHistogramDistance,
    MsSsim,
    Ssim,
    StLpips,
    VggContentLoss,
    VggStyleLoss,
)
STYLE_LAYERS: Final = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CASES: Final = 4


def engine_scores(models: Models, cases: Sequence[Pictures]) -> list[dict[str, float]]:
    """Returns the scores of every case, as a run makes them: references of a content or style are computed once."""
    selected = [
        SelectedMetric(SimpleNamespace(name=metric.info.name, load=lambda metric=metric: metric), metric.info)
        for metric in METRICS
    ]
    style = Style("style", prompt=PROMPT)
    scorer = Scorer(selected, [style], models)
    case = Case(Content("content", Path("content.png")), (WeightedStyle(style),))
    found = []
    for stylized, content, image in cases:
        scores = scorer.score(case, stylized=stylized.clone(), content=content, styles=[image])
        if scores.errors:
            raise RuntimeError(f"scoring failed: {dict(scores.errors)}")
        found.append(dict(scores.values))
    return found


@dataclass(frozen=True)
class Packages:
    """The networks as their packages load them.

    VGG-19 has no package with these weights: it is the benchmark's, with ordinary convolutions.
    """

    clip: torch.nn.Module
    tokenizer: Any
    st_lpips: torch.nn.Module
    vgg: torch.nn.Module


def load_packages(models: Models) -> Packages:
    """Loads the networks of the packages.

    Args:
        models: The benchmark's, whose weights they get.

    Raises:
        AbsentPeerError: A package is not installed.
    """
    try:
        import open_clip
        import piq  # noqa: F401
        import skimage  # noqa: F401

        with _unused_modules():
            from stlpips_pytorch import stlpips
    except ModuleNotFoundError as error:
        raise AbsentPeerError(f"{error.name} is not installed") from error
    (weights,) = find_model("clip-tiny-judge").files()
    # Loaded first: it makes its architecture known to open_clip.
    judge = models.load(Role.CLIP_JUDGE)
    return Packages(
        clip=open_clip.create_model("clip-tiny-judge", pretrained=str(weights)).eval(),
        tokenizer=judge.tokenizer,
        st_lpips=stlpips.LPIPS(net="alex", variant="shift_tolerant", verbose=False).eval(),
        vgg=ordinary(models.vgg()),
    )


@contextmanager
def _unused_modules() -> Iterator[None]:
    """Stands in for two modules that the authors' package of ST-LPIPS imports, and neither declares nor uses."""
    stand_ins = {}
    for name, unused in (("IPython", "embed"), ("torchsummary", "summary")):
        if name not in sys.modules:
            stand_ins[name] = ModuleType(name)
            setattr(stand_ins[name], unused, None)
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


def package_scores(packages: Packages, cases: Sequence[Pictures]) -> list[dict[str, float]]:
    """Returns the same scores from the packages; crops in one batch, as in CLIPstyler's script."""
    import piq
    from scipy.stats import wasserstein_distance
    from skimage import color

    clip, vgg = packages.clip, packages.vgg
    mean, deviation = (torch.tensor(of).view(3, 1, 1) for of in (clip.visual.image_mean, clip.visual.image_std))

    def resized(image: Tensor) -> Tensor:
        return resize(image, *clip.visual.image_size, InterpolationMode.BICUBIC)

    def encode(images: Tensor) -> Tensor:
        return functional.normalize(clip.encode_image((images - mean) / deviation), dim=1)

    def embed(image: Tensor) -> Tensor:
        return encode(resized(image)[None])[0]

    def text(prompt: str) -> Tensor:
        return functional.normalize(clip.encode_text(packages.tokenizer([prompt])), dim=1)[0]

    def crops(image: Tensor) -> Tensor:
        boxes = patch_boxes(*image.shape[-2:], 64)
        cut = [image[:, top : top + side, left : left + side] for top, left, side in boxes]
        return encode(torch.stack([resized(crop) for crop in cut]))

    def features(image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        return vgg(image[None], layers)

    def similarity(maps: Tensor) -> Tensor:
        flat = maps[0].flatten(start_dim=1).T / (256 * 57.63)
        return (flat @ flat.T).log_softmax(dim=1)

    def style_loss(image: Tensor, style: Tensor) -> float:
        found, wanted = features(image, STYLE_LAYERS), features(style, STYLE_LAYERS)
        total = 0.0
        for layer in STYLE_LAYERS:
            flat, target = (maps[layer][0].flatten(start_dim=1) for maps in (found, wanted))
            difference = (flat @ flat.T - target @ target.T) / flat.shape[1]
            total += 1000 / len(flat) ** 2 * difference.square().mean().item()
        return total

    def cfsd(image: Tensor, content: Tensor) -> float:
        first, second = (features(picture, ["relu3_1"])["relu3_1"] for picture in (content, image))
        wanted, found = similarity(first), similarity(second)
        return functional.kl_div(found, wanted, log_target=True, reduction="sum").item()

    def content_loss(image: Tensor, content: Tensor) -> float:
        found, wanted = (features(picture, ["relu4_2"])["relu4_2"] for picture in (image, content))
        return functional.mse_loss(found, wanted).item()

    def colours(image: Tensor, style: Tensor) -> float:
        first, second = (color.rgb2lab(picture.permute(1, 2, 0).numpy()).reshape(-1, 3) for picture in (image, style))
        parts = [wasserstein_distance(first[:, k], second[:, k]) for k in range(3)]
        return sum(part**2 for part in parts) ** 0.5

    def direction(image: Tensor, content: Tensor) -> float:
        change = embed(image) - embed(content)
        return functional.cosine_similarity(change, text(PROMPT) - text(SOURCE_PROMPT), dim=0).item()

    def score(image: Tensor, content: Tensor, style: Tensor) -> dict[str, float]:
        return {
            "cfsd": cfsd(image, content),
            "clip_directional_similarity": direction(image, content),
            "clip_patch_score": (crops(image) @ text(PROMPT)).mean().item(),
            "clip_style_similarity": (embed(image) @ embed(style)).item(),
            "clip_text_similarity": (embed(image) @ text(PROMPT)).item(),
            "color_histogram_distance": colours(image, style),
            "ms_ssim": piq.multi_scale_ssim(image[None], content[None]).item(),
            "ssim": piq.ssim(image[None], content[None], downsample=False).item(),
            "st_lpips": packages.st_lpips(2 * image[None] - 1, 2 * content[None] - 1).item(),
            "vgg_content_loss": content_loss(image, content),
            "vgg_style_loss": style_loss(image, style),
        }

    with torch.no_grad():
        return [score(*case) for case in cases]


def metrics_race(models: Models, side: int) -> Race:
    """Pictures of one content and one style, new in every pair."""
    packages = load_packages(models)
    for metric in METRICS:
        metric().prepare(models)

    def cases(pair: int) -> list[Pictures]:
        content, style = (sample_image(side, side, seed=100 * pair + number) for number in range(2))
        shares = torch.linspace(0.2, 0.8, CASES).tolist()
        return [(quantize(torch.lerp(content, style, share)), content, style) for share in shares]

    unit = f"a picture at {side} px, {len(METRICS)} metrics, {CASES} pictures of a content and a style"
    return Race(
        "Scoring",
        "`lpips`, `piq`, `open_clip` and others, called one after the other",
        unit,
        CASES,
        lambda pair: engine_scores(models, cases(pair)),
        lambda pair: package_scores(packages, cases(pair)),
    )
