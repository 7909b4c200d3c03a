"""Protocols by name or by path."""

from __future__ import annotations

import os

from benchmark.errors import InputError
from benchmark.plan.selection import load_protocol
from benchmark.protocol.frozen import looks_like_path
from benchmark.protocol.networks import NetworkChoice
from benchmark.protocol.protocol import Protocol


def read_protocol(protocol: str | os.PathLike[str], *, networks: str = "own") -> Protocol:
    """Reads a protocol that can be run.

    Args:
        protocol: Name of an installed protocol, or path of a protocol file, a lock, a recipe or a folder with one. A
            recipe stands for what it was frozen to on this machine.
        networks: ``own`` for those that the protocol names, or ``published``, which takes the published network in
            place of each embedded one.

    Raises:
        InputError: There is none, it is not valid, or it was not frozen.
    """
    return load_protocol(protocol_name(protocol), network_choice(networks))


def network_choice(networks: str) -> NetworkChoice:
    """Reads a choice of networks.

    Args:
        networks: The choice.

    Raises:
        InputError: There is no such choice.
    """
    try:
        return NetworkChoice(networks)
    except ValueError:
        raise InputError(f"networks must be {' or '.join(NetworkChoice)}, not {networks!r}") from None


def protocol_name(protocol: str | os.PathLike[str]) -> str:
    """A protocol as the command line names it: a path object means a path, also where a text would mean a name.

    Args:
        protocol: Name or path.
    """
    name = os.fspath(protocol)
    is_path = isinstance(protocol, str) or looks_like_path(name)
    return name if is_path else os.path.join(os.curdir, name)  # noqa: PTH118  # Path drops the dot that makes it a path
