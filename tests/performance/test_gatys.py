"""Race of Gatys against the package `pastiche`: time and loss of fast settings beside its 200 steps, on six pairs.

Both minimise the same loss (pastiche's weights are a hundredth of the benchmark's), from coarse to fine here, at one
size there, on the same weights of VGG-19. One command runs both, pair by pair, each first every other time, and prints
processor and elapsed seconds, losses and their ratios. It measures, and does not promise who wins:

    tox -e performance -- -k pastiche

At 256 px it takes half an hour of processor time; ``PERFORMANCE_PAIRS=1`` or ``PERFORMANCE_SIDE=128`` take less.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from dataclasses import dataclass

import pytest
import torch

from benchmark.images import fit_square, open_image, to_tensor
from benchmark.testing.sample import embedded_models
from methods.gatys.optimization import GatysLoss, optimize_coarse_to_fine
from methods.gatys.settings import GatysSettings
from tests.performance.unseen_pairs import unseen_pairs
from tools.speed.peers.pastiche_descent import pixels_of, start_pastiche

SIDE = int(os.environ.get("PERFORMANCE_SIDE", "256"))
PASTICHE_STEPS = 200

FAST = GatysSettings(
    coarse_sizes=(SIDE // 2,),
    coarse_steps=(80,),
    steps=35,
    style_colors=True,
    first_step=5.0,
    keep_scale=True,
    backtracking=True,
    in_range=True,
)
"""The paper's loss, reached from coarse to fine."""


@dataclass(frozen=True)
class Arrival:
    """What a side took to its picture: seconds, and the picture, 3×H×W and not clipped."""

    processor: float
    elapsed: float
    image: torch.Tensor


def by_pastiche(content, style):
    """Runs pastiche; its clock starts when the network and the targets are there."""
    artist = start_pastiche(content, style)
    processor, elapsed = time.process_time(), time.perf_counter()
    for _ in range(PASTICHE_STEPS):
        artist.draw()
    processor, elapsed = time.process_time() - processor, time.perf_counter() - elapsed
    return Arrival(processor, elapsed, pixels_of(artist))


def by_the_benchmark(content, style):
    """Runs the fast settings; targets are on its clock."""
    vgg = embedded_models().vgg()
    processor, elapsed = time.process_time(), time.perf_counter()
    image = optimize_coarse_to_fine(vgg, FAST, to_tensor(content), to_tensor(style))
    return Arrival(time.process_time() - processor, time.perf_counter() - elapsed, image)


@pytest.mark.benchmark(group="gatys: the same loss by pastiche")
@pytest.mark.timeout(6 * 3600)
def test_race_against_pastiche(benchmark, capsys):
    """The losses are those of the pictures as they are saved, clipped to [0, 1]; pastiche's is also given unclipped.

    Losses that are ten times another would mean that the two do not minimise the same.
    """
    vgg = embedded_models().vgg()
    sides = {"benchmark": by_the_benchmark, "pastiche": by_pastiche}
    ratios = []

    def race():
        orders = itertools.cycle((("benchmark", "pastiche"), ("pastiche", "benchmark")))
        for order, pair in zip(orders, unseen_pairs(), strict=False):
            content, style = (fit_square(open_image(item.image), SIDE) for item in (pair.content, pair.style))
            arrivals = {side: sides[side](content, style) for side in order}
            loss = GatysLoss(vgg, GatysSettings(), to_tensor(content)[None], to_tensor(style)[None])
            with torch.no_grad():
                reached = {side: loss(arrival.image.clamp(0, 1)[None]).item() for side, arrival in arrivals.items()}
                unclipped = loss(arrivals["pastiche"].image[None]).item()
            ours, theirs = arrivals["benchmark"], arrivals["pastiche"]
            ratios.append((theirs.processor / ours.processor, reached["benchmark"] / reached["pastiche"]))
            with capsys.disabled():
                print(
                    f"\n{pair.content.id} on {pair.style.id}:"
                    f" processor {theirs.processor:.0f} s against {ours.processor:.0f} s,"
                    f" elapsed {theirs.elapsed:.0f} s against {ours.elapsed:.0f} s, ratio {ratios[-1][0]:.2f};"
                    f" loss {reached['pastiche']:.3g} ({unclipped:.3g} before it is clipped)"
                    f" against {reached['benchmark']:.3g}, ratio {ratios[-1][1]:.2f}"
                )

    benchmark.pedantic(race, rounds=1)
    times, losses = zip(*ratios, strict=True)
    benchmark.extra_info |= {"processor, ratio": statistics.median(times), "loss, ratio": statistics.median(losses)}
    assert max(losses) < 10
