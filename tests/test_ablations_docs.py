"""The statements of docs/ablations.md are true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from benchmark.cli.main import cli
from benchmark.plan.selection import find_method, select_method
from benchmark.plan.variant_arguments import parse_variants
from benchmark.plan.variant_selection import select_variants
from benchmark.protocol.embedded import mini
from benchmark.protocol.reading import read_protocol
from benchmark.protocol.variant import LONGEST_NAME
from tests.conftest import SAMPLE_PLUGINS

DOCS = (Path(__file__).parent.parent / "docs" / "ablations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", DOCS, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [
    shlex.split(line, comments=True)
    for kind, block in BLOCKS
    if kind == "bash"
    for line in block.splitlines()
    if line.startswith("benchmark ")
]


def test_the_commands_have_their_options():
    context = click.Context(cli)
    for command in COMMANDS:
        found = cli.get_command(context, command[1])
        known = {option for parameter in found.params for option in parameter.opts}
        assert {word for word in command if word.startswith("-")} <= known


def test_the_variants_can_be_made_and_have_the_names_that_are_stated():
    options = [(command[2].removeprefix("--"), command[3]) for command in COMMANDS if command[1] == "run"]
    kinds = {"variant": "variants", "sweep": "sweeps", "ablate": "ablations"}
    rows = []
    for option, argument in options:
        for variant in parse_variants(**{kinds[option]: [argument]}):
            base = select_method(find_method(variant.method), mini(), {})
            rows += [row.name for row in select_variants(base, mini(), [variant.changes], print)]
    assert len(rows) >= 6
    assert all(f"`{name}`" in DOCS for name in (rows[0], rows[1]))
    assert f"at most {LONGEST_NAME} letters" in DOCS


def test_the_protocols_variants_are_read(tmp_path):
    tiny = SAMPLE_PLUGINS / "sample_plugins" / "tiny"
    for image in tiny.glob("*.png"):
        (tmp_path / image.name).write_bytes(image.read_bytes())
    (block,) = (block for kind, block in BLOCKS if kind == "toml")
    (tmp_path / "protocol.toml").write_text((tiny / "protocol.toml").read_text() + block)
    assert len(read_protocol(tmp_path / "protocol.toml").variants) == 1 + 3 + 2
