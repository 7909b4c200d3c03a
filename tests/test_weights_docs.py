"""The statements of docs/weights.md are true."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import open_clip
import pytest

from benchmark.cli.weights import MIRROR_VARIABLE, weights
from benchmark.errors import InputError
from benchmark.models.open_clip_weights import find_open_clip_weights, openai_names
from benchmark.models.specification import MODELS, find_assets, find_model
from benchmark.models.weights_folders import WEIGHTS_VARIABLE

DOCS = (Path(__file__).parent.parent / "docs" / "weights.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| (\S+) \| ([^|]+) \|", DOCS, flags=re.MULTILINE)


def test_every_file_that_is_fetched_is_in_the_table():
    models = [*MODELS, *map(find_model, openai_names())]
    fetched = {asset.name for model in models for asset in model.assets if not asset.package}

    assert {name for name, _, _ in ROWS} == fetched


@pytest.mark.parametrize(("name", "file", "size"), ROWS)
def test_names_and_sizes_are_those_of_the_code(name, file, size):
    asset = next(asset for asset in find_assets(name) if asset.name == name)

    assert asset.file == file
    unknown = "unknown" if asset.page or not asset.sha256 else "about 14 million"
    assert size == (f"{asset.bytes:,}" if asset.bytes else unknown)


def test_commands_and_variables_exist():
    commands = set(re.findall(r"benchmark weights (\w+)", DOCS))

    assert commands == set(weights.commands)
    assert {WEIGHTS_VARIABLE, MIRROR_VARIABLE} <= set(re.findall(r"STYLE_TRANSFER_BENCHMARK_\w+", DOCS))


@pytest.mark.skipif(version("open_clip_torch") != "3.3.0", reason="the numbers are those of open_clip 3.3.0")
def test_the_number_of_pairs_is_right():
    pairs = open_clip.list_pretrained()
    usable = 0
    for architecture, tag in pairs:
        try:
            usable += find_open_clip_weights(f"clip-{architecture}-{tag}") is not None
        except InputError:
            continue

    assert f"{usable} of {len(pairs)} pairs" in DOCS
