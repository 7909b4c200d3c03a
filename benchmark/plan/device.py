"""The device that a run computes on."""

from __future__ import annotations

from benchmark.errors import InputError


def choose_device(device: str) -> str:
    """Chooses the device to compute on.

    Args:
        device: ``auto``, which takes CUDA if there is one, ``cpu`` or ``cuda``.

    Returns:
        ``cpu`` or ``cuda``.

    Raises:
        InputError: CUDA was asked for and there is none.
    """
    import torch

    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise InputError("--device cuda: no CUDA device was found; use --device cpu")
    return "cuda" if available and device != "cpu" else "cpu"
