"""Start and end of processes that run plugins, from inside and from outside. Importing this loads no torch."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def deaf_to_interruption() -> Iterator[None]:
    """Blocks Ctrl-C within the block, so that processes started there inherit the block and never receive it.

    A terminal sends it to all processes. This process, which receives it after the block, decides whether to stop.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # Started here, because multiprocessing unblocks the signal just before it starts it with its first process.
    resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextlib.contextmanager
def without_main_module() -> Iterator[None]:
    """Starts processes that do not run the program of this one again.

    ``multiprocessing`` imports the script that started a process in every new one, where a script that starts a run
    without ``if __name__ == "__main__":`` would start another. What our processes execute is in modules of its own, so
    within the block there is no script to be found.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def catch_output(log: Path) -> None:
    """Sends what this process prints, from Python or not, to a file."""
    flush_output()
    with contextlib.suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)


def flush_output() -> None:
    """Flushes the buffered output of this process."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def end_with_parent() -> None:
    """Ends this process, and those that plugins started in it, when its parent process ends in any way."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def kill(process: Any) -> None:
    """Ends a process of ``multiprocessing`` now, with all its descendants, if it ends with its parent."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()
    process.join()


def describe_end(exit_code: int) -> str:
    """Describes the end of a process, in words that follow its name.

    Args:
        exit_code: As ``multiprocessing`` has it: negative for a signal.
    """
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    return f"was killed by signal {-exit_code} ({_signal_name(-exit_code)})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
