"""The protocols that are shipped with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol


def mini() -> Protocol:
    """Three photographs × three paintings and two mixes at 256 px: a first look, in minutes, without a network."""
    return read_protocol(_folder() / "mini.toml")


def smoke() -> Protocol:
    """One photograph × two paintings at 176 px with the fewest steps: for tests and continuous integration."""
    return read_protocol(_folder() / "smoke.toml")


def _folder() -> Path:
    return Path(str(files("benchmark.protocol") / "data"))
