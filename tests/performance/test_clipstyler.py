"""Race of CLIPstyler's descent by Muon against the one by Adam: time and loss for one objective, on six pairs.

Both descend the same losses of the same content and prompt on the embedded models. One command runs both, pair by pair,
each first every other time, and prints processor seconds, losses and their ratios. The losses are those of the
pictures, on the same crops, which neither has seen. It measures, and does not promise who wins:

    tox -e performance -- -k "clipstyler and mini"
    tox -e performance -- -k "clipstyler and paper"

``mini`` takes three minutes of processor time, ``paper`` more than an hour; ``PERFORMANCE_PAIRS=1`` takes less.
"""

from __future__ import annotations

import itertools
import statistics
import time
from dataclasses import dataclass, replace

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.images import fit_square, open_image, to_tensor
from benchmark.plan.selection import select_method
from benchmark.protocol.embedded import mini
from benchmark.registry import PluginKind, find_plugin
from benchmark.testing.sample import embedded_models
from methods.clipstyler.optimization import PromptDescent, PromptLoss
from methods.clipstyler.settings import CLIPstylerSettings, NetworkOptimizer, Schedule
from tests.performance.unseen_pairs import unseen_pairs

UNSEEN_CROPS = 128


@dataclass(frozen=True)
class Sides:
    """The two sides of a race, and the side of the pictures in pixels."""

    adam: CLIPstylerSettings
    muon: CLIPstylerSettings
    pixels: int


def of_mini() -> Sides:
    """Muon as `mini` has it, and Adam as it had it in its version 4."""
    method = select_method(find_plugin(PluginKind.METHODS, "clipstyler"), mini(), {}).make()
    muon = method.settings
    adam = replace(muon, optimizer=NetworkOptimizer.ADAM, steps=60, learning_rate=0.012, patches=8)
    return Sides(adam, muon, 256)


def of_the_paper() -> Sides:
    """The paper's 200 updates with 64 crops, at 128 px, and 120 of 16 crops, in about a quarter of the time."""
    paper = CLIPstylerSettings(crop_sizes=(64, 64))
    muon = replace(
        paper,
        optimizer=NetworkOptimizer.MUON,
        momentum=0.7,
        learning_rate=0.02,
        schedule=Schedule.COSINE,
        steps=120,
        patches=16,
    )
    return Sides(paper, muon, 128)


@pytest.mark.benchmark(group="clipstyler: the same loss by Adam and by Muon")
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("sides", [pytest.param(of_mini, id="mini"), pytest.param(of_the_paper, id="paper")])
def test_race_of_optimizers(benchmark, sides, capsys):
    """A loss several times the other's would mean that the cheaper descent does not arrive."""
    sides = sides()
    models = embedded_models()
    vgg, clip = models.vgg(), models.clip()
    ratios = []

    def stylize(settings, content, prompt):
        processor = time.process_time()
        styles = [StyleCondition(prompt=prompt)]
        image = PromptDescent(vgg, clip, settings).run(content, content, styles, torch.Generator().manual_seed(1))
        return image, time.process_time() - processor

    def loss_of(image, content, prompt):
        targets = PromptDescent(vgg, clip, sides.adam)._targets([StyleCondition(prompt=prompt)], content)
        judged = replace(sides.adam, patches=UNSEEN_CROPS)
        loss = PromptLoss(vgg, clip, judged, content[None], targets, 1.0)
        with torch.no_grad():
            return loss(image[None], torch.Generator().manual_seed(2)).item()

    def race():
        orders = itertools.cycle((("adam", "muon"), ("muon", "adam")))
        for order, pair in zip(orders, unseen_pairs(), strict=False):
            content = to_tensor(fit_square(open_image(pair.content.image), sides.pixels))
            prompt = pair.style.prompt
            made = {name: stylize(getattr(sides, name), content, prompt) for name in order}
            losses = {name: loss_of(image, content, prompt) for name, (image, _) in made.items()}
            ratios.append((made["adam"][1] / made["muon"][1], losses["muon"] / losses["adam"]))
            with capsys.disabled():
                print(
                    f"\n{pair.content.id} as {prompt}: processor {made['adam'][1]:.1f} s"
                    f" against {made['muon'][1]:.1f} s, ratio {ratios[-1][0]:.2f};"
                    f" loss {losses['adam']:.0f} against {losses['muon']:.0f}, ratio {ratios[-1][1]:.2f}"
                )

    benchmark.pedantic(race, rounds=1)
    times, losses = zip(*ratios, strict=True)
    benchmark.extra_info |= {"processor, ratio": statistics.median(times), "loss, ratio": statistics.median(losses)}
    assert max(losses) < 10
