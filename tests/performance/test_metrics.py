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
import time
from dataclasses import dataclass
from random import Random

import pytest
import torch
from skimage import data

from benchmark.execution.bench.scoring import Scorer
from benchmark.images import fit_square, quantize, to_tensor
from benchmark.plan.selection import select_metrics
from benchmark.protocol.embedded import mini
from benchmark.testing.sample import embedded_models
from tools.speed.peers.metric_packages import METRICS, engine_scores, load_packages, package_scores

SIDE = 256
IMAGES = int(os.environ.get("PERFORMANCE_IMAGES", "64"))


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


@pytest.fixture(scope="module")
def packages():
    return load_packages(embedded_models())


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
    for our_scores, their_scores in zip(ours, theirs, strict=True):
        for name, value in their_scores.items():
            # Colours: bins of half a unit. The others: float32, with other batches and orders of summation.
            tolerance = {"abs": 0.25} if name == "color_histogram_distance" else {"rel": 2e-3, "abs": 1e-4}
            assert our_scores[name] == pytest.approx(value, **tolerance), name


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
            sides = {"engine": (engine_scores, models), "packages": (package_scores, packages)}
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
    assert_same_scores(engine_scores(embedded_models(), cases[:1]), package_scores(packages, cases[:1]))
