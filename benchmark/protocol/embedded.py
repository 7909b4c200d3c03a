"""The protocols that are shipped with the package."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol, read_protocol_or_recipe
from benchmark.protocol.recipe import Recipe

_SMALL_CONTENTS = ("astronaut", "cat", "great_wall", "coffee", "neuschwanstein")


def mini() -> Protocol:
    """Three photographs × three paintings and two mixes at 256 px: a first look, in minutes, without a network."""
    return read_protocol(_folder() / "mini.toml")


def paintings() -> Protocol:
    """Eight photographs × ten paintings and two mixes at 256 px: intervals that mean something, without a network."""
    return read_protocol(_folder() / "paintings.toml")


def smoke() -> Protocol:
    """One photograph × two paintings at 176 px with the fewest steps: for tests and continuous integration."""
    return read_protocol(_folder() / "smoke.toml")


def wikiart() -> Recipe:
    """Twenty photographs × forty paintings of WikiArt at 512 px with the published networks; freeze it first."""
    recipe = read_protocol_or_recipe(_folder() / "wikiart.toml")
    assert isinstance(recipe, Recipe)
    return recipe


def wikiart_small() -> Recipe:
    """Five of the photographs × eight of the paintings of wikiart, measured in the same way; freeze it first."""
    whole = wikiart()
    return replace(
        whole,
        name="wikiart_small",
        title="WikiArt, small",
        description="Five of the photographs × eight of the paintings of wikiart, measured in the same way.",
        contents=tuple(content for content in whole.contents if content.id in _SMALL_CONTENTS),
        dataset=replace(whole.dataset, paintings=8),
    )


def _folder() -> Path:
    return Path(str(files("benchmark.protocol") / "data"))
