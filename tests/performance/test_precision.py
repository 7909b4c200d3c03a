"""Durations of methods in bfloat16 beside float32: both precisions take turns, and the ratios of each pair are printed.

    tox -e performance -- tests/performance/test_precision.py -s

Optimising methods make a few of their steps, which all cost the same. What a machine gains depends on its instructions
(`benchmark.plan.precision`); without them bfloat16 is slower. It measures, and promises nothing.
"""

from __future__ import annotations

import os
import statistics
import time

import pytest
import torch

from benchmark.contracts import Precision, StyleCondition
from benchmark.execution.bench.stylization import computing_in
from benchmark.images import fit_square, open_image, to_tensor
from benchmark.plan.precision import choose_precision
from benchmark.protocol.embedded import mini
from benchmark.protocol.style_pixels import style_pixels_sha256
from benchmark.registry import PluginKind, installed_plugins
from benchmark.settings import make_settings
from benchmark.testing.sample import embedded_models

SIDE = int(os.environ.get("PERFORMANCE_SIDE", "256"))
PAIRS = 5

SETTINGS = {
    "adain": {},
    "johnson": {},
    "gatys": {"steps": "5"},
    "nnst": {"steps": "5", "final_steps": "2"},
    "clipstyler": {"steps": "3", "patches": "16"},
}
"""Methods, with the steps that are timed."""


@pytest.fixture(scope="module")
def case():
    protocol = mini()
    content, style = (
        to_tensor(fit_square(open_image(image), SIDE))
        for image in (protocol.contents[0].image, protocol.styles[0].image)
    )
    known = style_pixels_sha256(protocol.styles[0])
    return content, StyleCondition(style, protocol.styles[0].prompt, pixels_sha256=known)


@pytest.mark.benchmark(group="precision")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SETTINGS)
def test_bfloat16_beside_float32(benchmark, case, capsys, name):
    content, style = case
    plugin = installed_plugins(PluginKind.METHODS)[name].load()
    method = plugin(make_settings(name, plugin.settings_type, SETTINGS[name]))
    method.prepare(embedded_models())
    ratios: list[float] = []

    def seconds(precision: Precision) -> float:
        start = time.perf_counter()
        with computing_in(precision, content.device):
            method.stylize(content, [style], torch.Generator().manual_seed(0))
        return time.perf_counter() - start

    def take_turns():
        order = list(Precision) if len(ratios) % 2 else list(reversed(Precision))
        taken = {precision: seconds(precision) for precision in order}
        ratios.append(taken[Precision.FLOAT32] / taken[Precision.BFLOAT16])

    benchmark.pedantic(take_turns, rounds=PAIRS, warmup_rounds=1)
    # The first pair warmed up.
    del ratios[0]
    assert len(ratios) == PAIRS
    benchmark.extra_info["ratio"] = statistics.median(ratios)
    with capsys.disabled():
        print(
            f"\n{name} at {SIDE} px, float32 / bfloat16: {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}; {choose_precision('auto', 'cpu').note})"
        )
