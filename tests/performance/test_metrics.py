"""Costs of scoring: the engine against calls of the reference packages one after the other.

Both score the same images with every per-case metric whose network is embedded. The engine computes references once and
passes each image through each network once; the reference is what a script does that calls a function per metric. One
command runs both, compares every number, and prints processor and elapsed time of both sides and their ratios:

    tox -e performance -- -k packages
"""

from __future__ import annotations

import itertools
import math
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace

import open_clip
import piq
import pytest
import torch
from scipy.stats import wasserstein_distance
from skimage import color, data
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode

from benchmark.execution.bench.scoring import Scorer
from benchmark.images import fit_square, quantize, to_tensor
from benchmark.models.resizing import resize
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.plan.configuration import SelectedMetric
from benchmark.plan.selection import select_metrics
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.embedded import mini
from benchmark.testing.sample import embedded_models
from metrics.clip_patches import ClipPatchScore, patch_boxes
from metrics.clip_similarity import SOURCE_PROMPT, ClipDirectionalSimilarity, ClipTextSimilarity
from metrics.clip_style import ClipStyleSimilarity
from metrics.color_histogram import ColorHistogramDistance
from metrics.perceptual import StLpips
from metrics.self_similarity import Cfsd
from metrics.structural import MsSsim, Ssim
from metrics.vgg_losses import VggContentLoss, VggStyleLoss

SIDE = 256
IMAGES = int(os.environ.get("PERFORMANCE_IMAGES", "64"))
PROMPT = "an oil painting"
METRICS = (
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
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def photograph(name):
    from PIL import Image

    return to_tensor(fit_square(Image.fromarray(getattr(data, name)()), SIDE))


def pictures(*names):
    """Eight of four: each as it is and mirrored."""
    return [picture for name in names for one in [photograph(name)] for picture in (one, one.flip(2).contiguous())]


@pytest.fixture(scope="module")
def cases():
    """Stylized image, content and style image of each case: every content with every style, as in a run."""
    contents = pictures("astronaut", "chelsea", "rocket", "coffee")
    styles = pictures("colorwheel", "immunohistochemistry", "retina", "hubble_deep_field")
    side = math.isqrt(IMAGES)
    return [
        (quantize(torch.lerp(content, style, 0.2 + 0.6 * random.random())), content, style)
        for random in [Random(0)]
        for content in contents[:side]
        for style in styles[:side]
    ]


def engine(models, cases):
    """The scores of every case, as a run makes them."""
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
        assert not scores.errors
        found.append(scores.values)
    return found


@dataclass(frozen=True)
class Packages:
    """The networks as their packages load them; VGG-19 has no package with these weights and is the benchmark's."""

    clip: torch.nn.Module
    tokenizer: object
    st_lpips: torch.nn.Module
    vgg: torch.nn.Module


@pytest.fixture(scope="module")
def packages(st_lpips):
    judge = embedded_models().load(Role.CLIP_JUDGE)
    (weights,) = find_model("clip-tiny-judge").files()
    clip = open_clip.create_model("clip-tiny-judge", pretrained=str(weights)).eval()
    return Packages(clip, judge.tokenizer, st_lpips, embedded_models().vgg())


def references(packages, cases):
    """The same scores from the packages, nothing shared and nothing remembered; crops in one batch, as CLIPstyler's."""
    clip, vgg = packages.clip, packages.vgg
    mean, deviation = (torch.tensor(of).view(3, 1, 1) for of in (clip.visual.image_mean, clip.visual.image_std))

    def resized(image):
        return resize(image, *clip.visual.image_size, InterpolationMode.BICUBIC)

    def encode(images):
        return functional.normalize(clip.encode_image((images - mean) / deviation), dim=1)

    def embed(image):
        return encode(resized(image)[None])[0]

    def text(prompt):
        return functional.normalize(clip.encode_text(packages.tokenizer([prompt])), dim=1)[0]

    def crops(image):
        boxes = patch_boxes(SIDE, SIDE, 64)
        cut = [image[:, top : top + side, left : left + side] for top, left, side in boxes]
        return encode(torch.stack([resized(crop) for crop in cut]))

    def features(image, layers):
        return vgg(image[None], layers)

    def similarity(maps):
        flat = maps[0].flatten(start_dim=1).T / (256 * 57.63)
        return (flat @ flat.T).log_softmax(dim=1)

    def style_loss(image, style):
        found, wanted = features(image, STYLE_LAYERS), features(style, STYLE_LAYERS)
        total = 0.0
        for layer in STYLE_LAYERS:
            flat, target = (maps[layer][0].flatten(start_dim=1) for maps in (found, wanted))
            difference = (flat @ flat.T - target @ target.T) / flat.shape[1]
            total += 1000 / len(flat) ** 2 * difference.square().mean().item()
        return total

    def cfsd(image, content):
        first, second = (features(picture, ["relu3_1"])["relu3_1"] for picture in (content, image))
        wanted, found = similarity(first), similarity(second)
        return functional.kl_div(found, wanted, log_target=True, reduction="sum").item()

    def content_loss(image, content):
        found, wanted = (features(picture, ["relu4_2"])["relu4_2"] for picture in (image, content))
        return functional.mse_loss(found, wanted).item()

    def colours(image, style):
        first, second = (color.rgb2lab(picture.permute(1, 2, 0).numpy()).reshape(-1, 3) for picture in (image, style))
        parts = [wasserstein_distance(first[:, k], second[:, k]) for k in range(3)]
        return sum(part**2 for part in parts) ** 0.5

    def direction(image, content):
        change = embed(image) - embed(content)
        return functional.cosine_similarity(change, text(PROMPT) - text(SOURCE_PROMPT), dim=0).item()

    def score(image, content, style):
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


@pytest.fixture(scope="module")
def st_lpips():
    """The authors' package; it imports two modules that it neither declares nor uses."""
    with pytest.MonkeyPatch.context() as patch:
        for name, unused in (("IPython", "embed"), ("torchsummary", "summary")):
            module = ModuleType(name)
            setattr(module, unused, None)
            patch.setitem(sys.modules, name, module)
        from stlpips_pytorch import stlpips

    return stlpips.LPIPS(net="alex", variant="shift_tolerant", verbose=False).eval()


@dataclass
class Cost:
    """Time that one side has taken so far, in seconds; processor time is that of all threads."""

    processor: float = 0.0
    elapsed: float = 0.0

    def measure(self, score, *arguments):
        processor, elapsed = time.process_time(), time.perf_counter()
        scores = score(*arguments)
        self.processor += time.process_time() - processor
        self.elapsed += time.perf_counter() - elapsed
        return scores


def assert_same_scores(ours, theirs):
    for engine_scores, package_scores in zip(ours, theirs, strict=True):
        for name, value in package_scores.items():
            # Colours: bins of half a unit. The others: float32, with other batches and orders of summation.
            tolerance = {"abs": 0.25} if name == "color_histogram_distance" else {"rel": 2e-3, "abs": 1e-4}
            assert engine_scores[name] == pytest.approx(value, **tolerance), name


@pytest.mark.benchmark(group="metrics: all per case")
@pytest.mark.timeout(3600)
def test_the_engine_takes_at_most_half_the_time_of_the_packages(benchmark, cases, packages, capsys):
    """The sides take turns content by content, each first every other time: other work on the machine meets both."""
    models = embedded_models()
    for metric in METRICS:
        metric().prepare(models)
    costs = {"engine": Cost(), "packages": Cost()}

    def take_turns():
        turns = itertools.cycle((("engine", "packages"), ("packages", "engine")))
        for order, (_, group) in zip(turns, itertools.groupby(cases, key=lambda case: id(case[1])), strict=False):
            same_content = list(group)
            sides = {"engine": (engine, models), "packages": (references, packages)}
            scores = {side: costs[side].measure(*sides[side], same_content) for side in order}
            assert_same_scores(scores["engine"], scores["packages"])

    benchmark.pedantic(take_turns, rounds=1)
    lines = [f"{len(cases)} images at {SIDE} px, {len(METRICS)} metrics, {torch.get_num_threads()} threads"]
    for kind in ("processor", "elapsed"):
        ours, theirs = (getattr(costs[side], kind) / len(cases) for side in ("engine", "packages"))
        ratio = theirs / ours
        lines.append(f"{kind} seconds per image: engine {ours:.2f}, packages {theirs:.2f}, ratio {ratio:.2f}")
        benchmark.extra_info |= {f"{kind}, engine": ours, f"{kind}, packages": theirs, f"{kind}, ratio": ratio}
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert costs["packages"].processor >= 2 * costs["engine"].processor


@pytest.mark.benchmark(group="metrics: all of mini")
@pytest.mark.timeout(3600)
def test_a_picture_of_mini_in_passes_of_vgg(benchmark, cases, capsys):
    """Scores pictures as `mini` sets its metrics, between plain passes of VGG-19: `tox -e performance -- -k passes`."""
    protocol, models = mini(), embedded_models()
    scorer = Scorer(select_metrics("all", protocol), protocol.styles, models)
    case = protocol.cases[0]
    passes, pictures = [], []

    def measure(action, taken):
        start = time.process_time()
        action()
        taken.append(time.process_time() - start)

    def take_turns():
        for stylized, content, style in cases[:16]:
            with torch.no_grad():
                measure(lambda image=stylized: models.vgg()(image[None], ["relu5_4"]), passes)
            image = stylized.clone()
            # References are computed once for a run, and not here.
            scorer.score(case, stylized=content.clone(), content=content, styles=[style])
            arguments = {"stylized": image, "content": content, "styles": [style]}
            measure(lambda arguments=arguments: scorer.score(case, **arguments), pictures)

    benchmark.pedantic(take_turns, rounds=1)
    one_pass, one_picture = statistics.median(passes), statistics.median(pictures)
    benchmark.extra_info |= {"pass": one_pass, "picture": one_picture, "ratio": one_picture / one_pass}
    with capsys.disabled():
        print(
            f"\nprocessor seconds: picture {one_picture:.2f}, pass {one_pass:.2f}, ratio {one_picture / one_pass:.2f}"
        )


def test_both_paths_give_the_same_scores(cases, packages):
    """Otherwise their times would not compare."""
    assert_same_scores(engine(embedded_models(), cases[:1]), references(packages, cases[:1]))
