"""Protocols on this machine: those in files and folders, and those that were frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from benchmark.errors import InputError
from benchmark.protocol.data_directory import is_frozen, kept_lock
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol, read_protocol_or_recipe
from benchmark.protocol.recipe import Recipe

PROTOCOL_FILES: Final = ("protocol.json", "protocol.toml")
"""Names of the protocol's file in a folder that is given as a protocol."""


def looks_like_path(name: str) -> bool:
    """Returns whether the name of a protocol looks like the path of a file or a folder."""
    return "/" in name or "\\" in name or name.endswith((".toml", ".json"))


def open_protocol(path: Path) -> Protocol | Recipe:
    """Reads the protocol, lock or recipe of a file, or of a folder with a ``protocol.json`` or ``protocol.toml``.

    Raises:
        InputError: There is none, or it is not valid.
    """
    if not path.is_dir():
        return read_protocol_or_recipe(path)
    for name in PROTOCOL_FILES:
        if (path / name).is_file():
            return read_protocol_or_recipe(path / name)
    raise InputError(f"folder {path} holds no protocol: there is neither {' nor '.join(PROTOCOL_FILES)}")


def frozen_protocol(recipe: Recipe, given: str) -> Protocol:
    """Reads the protocol that a recipe was frozen to on this machine.

    Args:
        recipe: The recipe.
        given: The name that the user gave.

    Raises:
        InputError: It was not frozen here, or another protocol was frozen under its name.
    """
    command = f"benchmark protocol freeze {given}"
    if not is_frozen(recipe.name):
        raise InputError(f"the images of protocol {recipe.name} are not on this machine; get them: {command}")
    protocol = read_protocol(kept_lock(recipe.name))
    if protocol.version != recipe.version or protocol.origin is None or protocol.origin.dataset != recipe.dataset:
        raise InputError(
            f"what was frozen as {recipe.name} is version {protocol.version} or from another recipe; this is version"
            f" {recipe.version}; draw it anew: {command} --fresh"
        )
    return protocol
