"""Checks of what calls from Python give, and of the process that calls."""

from __future__ import annotations

import multiprocessing

from benchmark.errors import InputError

_DEVICES = ("auto", "cpu", "cuda")


def refuse_process_without_children(function: str) -> None:
    """Refuses a process that may not start workers.

    Args:
        function: What was called, for the message.

    Raises:
        InputError: It is such a process.
    """
    process = multiprocessing.current_process()
    if getattr(process, "_inheriting", False):
        raise InputError(
            f"{function} was called by a script that a process of multiprocessing imports again; put what the script "
            'does below `if __name__ == "__main__":`'
        )
    if process.daemon:
        raise InputError(
            f"{function} starts worker processes, which the daemonic process {process.name} may not; call it in the "
            "main process"
        )


def refuse_less(name: str, value: object, least: int) -> None:
    """Refuses what is no whole number of at least some size.

    Args:
        name: What was given, for the message.
        value: The value.
        least: The smallest number.

    Raises:
        InputError: It is less, or no whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, not {value!r}")


def refuse_unusable_resources(
    device: str | None, workers: int | None, threads: int | None, timeout: float | None
) -> None:
    """Refuses resources that cannot be used; ``None`` can, for each.

    Args:
        device: ``auto``, ``cpu`` or ``cuda``.
        workers: Number of worker processes.
        threads: Threads of each.
        timeout: Seconds that a step may take.

    Raises:
        InputError: One of them cannot be used.
    """
    if device is not None and device not in _DEVICES:
        raise InputError(f"device must be one of {', '.join(_DEVICES)}, not {device!r}")
    for name, number in (("workers", workers), ("threads", threads)):
        if number is not None:
            refuse_less(name, number, 1)
    if timeout is not None and not 0 < timeout < float("inf"):
        raise InputError(f"timeout must be a positive number of seconds, not {timeout!r}")
