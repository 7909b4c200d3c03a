"""Contents that are too small for a method are skipped before its networks are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmark.execution.bench.stylization import Stylizer
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMethod
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.registry import PluginKind, find_plugin
from benchmark.settings import make_settings

CASE = Case(Content("c", Path("c.png")), (WeightedStyle(Style("s", Path("s.png"), "a sketch")),))


def skip(name: str, height: int, width: int, **settings: object) -> str | None:
    plugin = find_plugin(PluginKind.METHODS, name)
    method = plugin.load()
    selected = SelectedMethod(plugin, method.info, make_settings(name, method.settings_type, settings))
    return Stylizer({name: selected}, Models({})).skip(name, CASE, torch.zeros(3, height, width))


@pytest.mark.parametrize("method", ["gatys", "nnst", "strotss", "adain", "clipstyler", "multi_style"])
def test_vgg_methods_need_sixteen_pixels_on_the_shorter_side(method: str) -> None:
    assert skip(method, 16, 16) is None
    assert skip(method, 8, 8) == "needs sides of at least 16 px, the content has 8×8"
    assert skip(method, 300, 15) == "needs sides of at least 16 px, the content has 300×15"


def test_what_the_network_of_clipstyler_sees_counts() -> None:
    shrunk = {"residual": True, "network_shrink": 4}
    assert skip("clipstyler", 64, 64, **shrunk) is None
    assert skip("clipstyler", 63, 64, **shrunk) == "needs sides of at least 64 px, the content has 63×64"
    assert skip("multi_style", 16, 16, conditions="image", **shrunk) is None


def test_controls_take_contents_of_any_size() -> None:
    assert skip("identity", 1, 1) is None
    assert skip("color_transfer", 1, 9) == "needs sides of at least 2 px, the content has 1×9"
