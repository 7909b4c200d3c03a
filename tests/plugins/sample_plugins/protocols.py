"""A protocol of tiny pictures that needs no network, and another one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol


def tiny() -> Protocol:
    """Two contents × two styles and a mix, at 32 px."""
    return read_protocol(Path(__file__).parent / "tiny" / "protocol.toml")


def other() -> Protocol:
    """The same at 40 px: another protocol."""
    return dataclasses.replace(tiny(), name="other", resolution=40)
