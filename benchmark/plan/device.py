"""The device that a run computes on."""

from __future__ import annotations

from benchmark.errors import InputError

_DEVICES = ("auto", "cpu", "cuda")


def choose_device(device: str) -> str:
    """Chooses the device to compute on.

    Args:
        device: ``auto``, which takes CUDA if there is one, ``cpu`` or ``cuda``.

    Returns:
        ``cpu`` or ``cuda``.

    Raises:
        InputError: It is another word, or CUDA was asked for and there is none.
    """
    if device not in _DEVICES:
        raise InputError(f"device must be one of {', '.join(_DEVICES)}, not {device!r}")
    import torch

    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise InputError("--device cuda: no CUDA device was found; use --device cpu")
    return "cuda" if available and device != "cpu" else "cpu"
