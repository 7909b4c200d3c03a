"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from benchmark.errors import InputError

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def device_option(command: CommandT) -> CommandT:
    """Adds ``--device``."""
    return click.option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="auto",
        show_default=True,
        help="Where to compute; auto takes CUDA if there is one.",
    )(command)


def set_option(command: CommandT) -> CommandT:
    """Adds ``--set METHOD.SETTING=VALUE``."""
    return click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="METHOD.SETTING=VALUE",
        help="Set a method's setting; may be repeated. `benchmark show METHOD` lists them.",
    )(command)


def choose_device(device: str) -> str:
    """The device to compute on.

    Args:
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        InputError: CUDA was asked for and there is none.
    """
    import torch

    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise InputError("--device cuda: no CUDA device was found; use --device cpu")
    return "cuda" if available and device != "cpu" else "cpu"
