"""Costs of AdaIN: the method in a run's order against the original's script, which encodes every style anew.

tox -e performance -- -k original -s
"""

from __future__ import annotations

import statistics
import time

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.testing.sample import embedded_models, sample_image
from methods.adain.method import AdaIN
from tools.speed.peers.plain_adain import plain_adain

SIDE = 256
CONTENTS, STYLES = 5, 8
ROUNDS = 5


@pytest.fixture(scope="module")
def original():
    return plain_adain(embedded_models())


@pytest.mark.benchmark(group="AdaIN: 5 contents × 8 styles")
@pytest.mark.timeout(3600)
def test_against_the_original(benchmark, original, capsys):
    """The sides take turns picture by picture; a new round has new styles, of which nothing is remembered."""
    contents = [sample_image(SIDE, SIDE, seed=seed) for seed in range(CONTENTS)]
    method = AdaIN()
    method.prepare(embedded_models())
    ratios: list[float] = []

    def take_turns():
        styles = [sample_image(SIDE, SIDE, seed=seed) for seed in range(100, 100 + STYLES)]
        seconds = {"ours": 0.0, "original": 0.0}
        sides = {
            "ours": lambda content, style: method.stylize(content, [StyleCondition(style)], torch.Generator()),
            "original": original,
        }
        for number, (content, style) in enumerate((content, style) for content in contents for style in styles):
            pictures = {}
            for side in sorted(sides, reverse=number % 2 == 0):
                start = time.process_time()
                pictures[side] = sides[side](content, style)
                seconds[side] += time.process_time() - start
            torch.testing.assert_close(pictures["ours"], pictures["original"], atol=1e-3, rtol=0)
        ratios.append(seconds["original"] / seconds["ours"])

    benchmark.pedantic(take_turns, rounds=ROUNDS)
    line = f"images per second of processor time, ours / original: {statistics.median(ratios):.2f}"
    benchmark.extra_info["ratio"] = statistics.median(ratios)
    with capsys.disabled():
        print(f"\n{line} ({min(ratios):.2f} to {max(ratios):.2f})")
