"""The work of stylizing one picture with the settings of `mini`, counted, not timed.

A count does not depend on the machine or on what else it does: whoever makes a method do more or less sees it here, and
states the new number together with the reason. Steps are cut to a few, since each does the same work; how many there
are is the protocol's business, whose fingerprint tells.
"""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmark.execution.bench.inputs import CaseInputs
from benchmark.plan.selection import select_method
from benchmark.protocol.embedded import mini
from benchmark.registry import PluginKind, find_plugin, installed_plugins
from benchmark.testing.sample import embedded_models
from tools.gpu.device_bench import FEW_STEPS

BILLIONS = {
    "aams": 47.79,
    "adain": 40.64,
    "clip_pixels": 1.468,
    "clipstyler": 18.15,
    "color_transfer": 0.003539,
    "efdm": 40.64,
    "gatys": 132.1,
    "identity": 0,
    "johnson": 5.549,
    "multi_style": 58.73,
    "nnst": 187.4,
    "strotss": 129.4,
    "style_copy": 0,
}
"""Floating-point operations of products, convolutions and attention, by method."""
LARGEST_DEVIATION = 0.02


def count(name: str) -> float:
    """Counts the work of a picture, in billions of operations."""
    protocol, models = mini(), embedded_models()
    # How often a descent steps back depends on rounding, and so on the machine.
    few = {**FEW_STEPS.get(name, {}), **({"backtracking": False} if name == "gatys" else {})}
    method = select_method(find_plugin(PluginKind.METHODS, name), protocol, few).make()
    method.prepare(models)
    case = next(case for case in protocol.cases if method.skip(case) is None)
    # Pictures that no other test has shown to the networks, which remember features.
    inputs = CaseInputs(protocol.resolution, torch.device("cpu"))
    content, styles = inputs.content(case), inputs.conditions(case)
    with FlopCounterMode(display=False) as counter:
        method.stylize(content, styles, torch.Generator().manual_seed(0))
    return counter.get_total_flops() / 1e9


def test_every_method_is_counted():
    shipped = {
        name
        for name, plugin in installed_plugins(PluginKind.METHODS).items()
        if plugin.distribution == "style-transfer-benchmark"
    }
    # The network of SANet has to be fetched, Ghiasi's does its work outside of PyTorch.
    assert BILLIONS.keys() == shipped - {"sanet", "ghiasi"}


@pytest.mark.parametrize("name", BILLIONS)
def test_a_picture_takes_as_many_operations_as_stated(name):
    assert count(name) == pytest.approx(BILLIONS[name], rel=LARGEST_DEVIATION, abs=1e-3)
